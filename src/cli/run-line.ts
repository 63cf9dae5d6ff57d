/** Runs one command line from its words to its exit code: parses, opens what is needed, prints, closes. */
import { toAppError } from '../core/errors.ts';
import { maskSecrets } from '../lib/logger.ts';
import { type Answer, type RunOptions, usageCode } from './command.ts';
import { commands } from './command-list.ts';
import { openContext } from './context.ts';
import { translateDatabaseError } from './database-errors.ts';
import { parseLine } from './parse-line.ts';
import { usageOf } from './usage.ts';

/** 0 done · 1 failed, or found something that is not as it should be · 2 the words were not understood. */
export type ExitCode = 0 | 1 | 2;

/** @param argv the words after the program's name */
export async function runLine(argv: readonly string[], options: RunOptions): Promise<ExitCode> {
  const isJson = argv.includes('--json');
  const words = argv.filter((word) => word !== '--json');
  if (words.includes('--help') || words.includes('-h') || words[0] === 'help') {
    const noun = words.find((word) => !word.startsWith('-') && word !== 'help');
    const usage = usageOf(commands, noun);
    options.out(isJson ? `${JSON.stringify({ usage })}\n` : `${usage}\n`);
    return 0;
  }
  try {
    const answer = await answerTo(words, options);
    options.out(`${isJson ? JSON.stringify(answer.data) : answer.text}\n`);
    return answer.isFailure === true ? 1 : 0;
  } catch (thrown) {
    const error = toAppError(translateDatabaseError(thrown));
    const isUsage = error.code === usageCode;
    if (isJson) options.out(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
    else options.err(`${error.message}${isUsage ? '' : ` [${error.code}]`}\n`);
    if (isUsage) options.err(`\n${usageOf(commands, words[0])}\n`);
    if (error.code === 'internal') options.err(`${whereFrom(thrown)}\n`);
    return isUsage ? 2 : 1;
  }
}

async function answerTo(words: readonly string[], options: RunOptions): Promise<Answer> {
  const { command, line } = parseLine(commands, words);
  const opened = openContext(options);
  try {
    return await command.run(line, opened.context);
  } finally {
    await opened.close();
  }
}

/** For whoever has to mend the program: the stack, without the secrets its texts may hold. */
function whereFrom(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown : new Error('something that is no error was thrown');
  return maskSecrets(cause.stack ?? cause.message);
}
