/** Finds the command an operator means and reads its options. Whatever is not understood is a usage error, never guessed. */
import { parseArgs } from 'node:util';
import { type Command, type CommandLine, usageError } from './command.ts';

export interface ParsedLine {
  readonly command: Command;
  readonly line: CommandLine;
}

/** @param words what follows `npm run cli --`, without `--json`. Throws BadInput `cli.usage`. */
export function parseLine(commands: readonly Command[], words: readonly string[]): ParsedLine {
  const { command, rest } = findCommand(commands, words);
  const { values, positionals } = parseOptions(command, rest);
  const [operand, ...surplus] = positionals;
  const unexpected = command.operand === undefined ? operand : surplus[0];
  if (unexpected !== undefined) throw usageError(`"${unexpected}" is not expected here`);
  if (command.operand?.isRequired === true && operand === undefined) {
    throw usageError(`${nameOf(command)} needs <${command.operand.name}>`);
  }
  for (const option of command.options) {
    const value = values[option.name];
    if (option.isRequired === true && value === undefined) throw usageError(`--${option.name} is missing`);
    if (value === '') throw usageError(`--${option.name} is empty`);
  }
  return { command, line: lineOf(operand ?? null, values) };
}

/** `portals list`, `doctor`. */
export function nameOf(command: Command): string {
  return command.verb === null ? command.noun : `${command.noun} ${command.verb}`;
}

function findCommand(commands: readonly Command[], words: readonly string[]): { command: Command; rest: string[] } {
  const [noun, verb, ...others] = words;
  if (noun === undefined) throw usageError('no command is given');
  const ofNoun = commands.filter((command) => command.noun === noun);
  const [first] = ofNoun;
  if (first === undefined) throw usageError(`there is no command "${noun}"`);
  if (first.verb === null) return { command: first, rest: words.slice(1) };
  const found = ofNoun.find((command) => command.verb === verb);
  if (found !== undefined) return { command: found, rest: others };
  throw usageError(verb === undefined ? `"${noun}" needs a verb` : `"${noun}" has no verb "${verb}"`);
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parseOptions(command: Command, words: readonly string[]): { values: Values; positionals: readonly string[] } {
  const options = Object.fromEntries(
    command.options.map(({ name, value }) => [name, { type: value === null ? 'boolean' : 'string' } as const]),
  );
  try {
    const args = withOperandLast(command, words);
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    return { values, positionals };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')) {
      // Node's first sentence names the option; what follows is advice about its own syntax.
      throw usageError(`${nameOf(command)}: ${error.message.split('. ')[0] ?? error.message}`);
    }
    throw error;
  }
}

/** Trace ids are random and may begin with a dash: where such a word stands in the operand's place, it is no option. */
function withOperandLast(command: Command, words: readonly string[]): string[] {
  const [first = '', ...others] = words;
  const isTraceId = /^-[\w-]{11}$/.test(first) && !/^--[a-z]+$/.test(first);
  return command.operand !== undefined && isTraceId ? [...others, '--', first] : [...words];
}

function lineOf(operand: string | null, values: Values): CommandLine {
  const text = (name: string): string | null => {
    const value = values[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    operand,
    text,
    need(name) {
      const value = text(name);
      if (value === null) throw usageError(`--${name} is missing`);
      return value;
    },
    has: (flag) => values[flag] === true,
  };
}
