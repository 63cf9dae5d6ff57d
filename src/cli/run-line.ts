/** Runs one command line from its words to its exit code: lets commander read it, prints the answer, closes what was opened. */
import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { toAppError } from '../core/errors.ts';
import { maskSecrets } from '../lib/logger.ts';
import { translateDatabaseError } from '../store/database-errors.ts';
import { overCells } from './cells/over-cells.ts';
import { addBackupCommands } from './commands/backup.ts';
import { addBotCommands } from './commands/bots.ts';
import { addCellCommands } from './commands/cells.ts';
import { addConnectionCommands } from './commands/connections.ts';
import { addDatabaseCommands } from './commands/database.ts';
import { addDeadLetterCommands } from './commands/dead-letters.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addLineCommands } from './commands/lines.ts';
import { addPortalCommands } from './commands/portals.ts';
import { addProbeCommand } from './commands/probe.ts';
import { addReceiveCommand } from './commands/receive.ts';
import { addRequestCommands } from './commands/requests.ts';
import { addResealCommand } from './commands/reseal.ts';
import { addSetupCommand } from './commands/setup.ts';
import { addTraceCommand } from './commands/trace.ts';
import { type Answer, type Run, type RunOptions, usageCode } from './framework/command.ts';
import { createProgram } from './framework/program.ts';

/** A new noun is added here. */
const nouns = [
  addPortalCommands,
  addBotCommands,
  addLineCommands,
  addConnectionCommands,
  addTraceCommand,
  addDeadLetterCommands,
  addRequestCommands,
  addReceiveCommand,
  addDoctorCommand,
  addProbeCommand,
  addBackupCommands,
  addResealCommand,
  addCellCommands,
  addDatabaseCommands,
  addSetupCommand,
];

/** 0 done · 1 failed, or found something that is not as it should be · 2 the line was not understood. */
export type ExitCode = 0 | 1 | 2;

/** @param words what follows the program's name */
export async function runLine(words: readonly string[], options: RunOptions): Promise<ExitCode> {
  const isJson = words.includes('--json');
  const ran: { answer?: Answer; command?: CommandUnknownOpts; help: string } = { help: '' };
  const run: Run =
    (work) =>
    async (...args) => {
      if (ran.command === undefined) throw new Error('the command is not known');
      ran.answer = await overCells(options, ran.command, (context) => work(context, ...args));
    };
  const program = createProgram({
    writeOut: (text) => {
      ran.help += text;
    },
    writeErr: options.err,
    outputError: (text) => (isJson ? undefined : options.err(withoutLabel(text))),
  });
  for (const addCommands of nouns) addCommands(program, run);
  // Only verbs get suggestions: for a misspelt noun, commander would suggest one of the verbs in the general help.
  program.showSuggestionAfterError(false);
  program.hook('preAction', (_, command) => {
    ran.command = command;
    refuseEmptyOptions(command);
  });
  try {
    await program.parseAsync(withTraceIdLast(words), { from: 'user' });
    if (ran.answer === undefined) throw new Error('the command gave no answer');
    options.out(`${isJson ? JSON.stringify(ran.answer.data) : ran.answer.text}\n`);
    return ran.answer.isFailure === true ? 1 : 0;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) return report(thrown, isJson, options, ran.command);
    if (thrown.exitCode === 0) options.out(isJson ? `${JSON.stringify({ usage: ran.help })}\n` : ran.help);
    else if (isJson) options.out(errorLine(usageCode, problemOf(thrown, words)));
    else if (thrown.code === noVerb) options.err(`\n${problemOf(thrown, words)}\n`);
    return thrown.exitCode === 0 ? 0 : 2;
  }
}

function report(thrown: unknown, isJson: boolean, options: RunOptions, command?: CommandUnknownOpts): ExitCode {
  const { code, message } = toAppError(translateDatabaseError(thrown));
  const isUsage = code === usageCode;
  if (isJson) options.out(errorLine(code, message));
  else options.err(`${message}${isUsage ? '' : ` [${code}]`}\n`);
  if (isUsage && command !== undefined) options.err(`\n${command.helpInformation()}`);
  if (code === 'internal') options.err(`${stackOf(thrown)}\n`);
  return isUsage ? 2 : 1;
}

const errorLine = (code: string, message: string): string => `${JSON.stringify({ error: { code, message } })}\n`;

const withoutLabel = (text: string): string => text.replace(/^error: /, '');

/** Commander's code for a missing verb; it prints only its help then. */
const noVerb = 'commander.help';

function problemOf({ code, message }: CommanderError, [noun]: readonly string[]): string {
  if (code !== noVerb) return withoutLabel(message);
  return noun === undefined || noun.startsWith('-') ? 'no command is given' : `"${noun}" needs a verb`;
}

/** The stack, for developers, without the secrets its texts may hold. */
function stackOf(thrown: unknown): string {
  const error = thrown instanceof Error ? thrown : new Error('something that is no error was thrown');
  return maskSecrets(error.stack ?? error.message);
}

function refuseEmptyOptions(command: CommandUnknownOpts): void {
  for (const option of command.options) {
    if (command.getOptionValue(option.attributeName()) === '')
      command.error(`error: option '${option.flags}' is empty`);
  }
}

/** Trace ids are random and may begin with a dash: commander takes such a word for an option unless it stands behind `--`. */
function withTraceIdLast([noun = '', id = '', ...others]: readonly string[]): string[] {
  const words = [noun, id, ...others];
  const isTraceId = noun === 'trace' && /^-[\w-]{11}$/.test(id) && !/^--[a-z]+$/.test(id);
  return isTraceId ? [noun, ...others, '--', id] : words.filter((word, index) => word !== '' || index > 1);
}
