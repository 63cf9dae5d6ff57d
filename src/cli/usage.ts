/** The usage texts: of everything, of one noun, made from the commands themselves. */
import type { Command } from './command.ts';
import { facts, wrap } from './layout.ts';
import { nameOf } from './parse-line.ts';

/** What there is to say; with a noun that exists, its commands in detail. */
export function usageOf(commands: readonly Command[], noun?: string): string {
  const ofNoun = commands.filter((command) => command.noun === noun);
  return ofNoun.length === 0 ? overview(commands) : ofNoun.map(detail).join('\n\n');
}

function overview(commands: readonly Command[]): string {
  const list = facts(
    commands.map((command) => [signature(command), command.summary]),
    '  ',
  );
  return [
    'usage: npm run cli -- <noun> <verb> [options] [--json]',
    '',
    list,
    '',
    wrap('--json prints one JSON document. "<noun> --help" explains the options of a noun.', ''),
    wrap('Exit codes: 0 done, 1 failed or not as it should be, 2 not understood.', ''),
  ].join('\n');
}

function detail(command: Command): string {
  const options = command.options.map((option): [string, string] => [
    `--${option.name}${option.value === null ? '' : ` <${option.value}>`}`,
    `${option.text}${option.isRequired === true ? ' (required)' : ''}`,
  ]);
  const head = [`${signature(command)}`, wrap(command.summary, '  ')];
  return [...head, ...(options.length === 0 ? [] : [facts(options, '    ')])].join('\n');
}

function signature(command: Command): string {
  const { operand } = command;
  if (operand === undefined) return nameOf(command);
  return `${nameOf(command)} ${operand.isRequired ? `<${operand.name}>` : `[${operand.name}]`}`;
}
