/** Lines of the console that a command made there may do in a chat. */
import type { MadeCommand } from '../account/bot-overrides.ts';
import type { CommandName } from './command-names.ts';
import { parseLine } from './parse-line.ts';

/** What managers may have done: all that concerns the chat at hand. */
const runnable: ReadonlySet<CommandName> = new Set([
  'say',
  'note',
  'send',
  'assign',
  'unassign',
  'close',
  'open',
  'tag',
  'untag',
  'show',
  'members',
  'history',
]);

/** Whether a made command may do this line of the console. */
export function isRunnable(line: string): boolean {
  const parsed = parseLine(line, false);
  return parsed.kind === 'command' && runnable.has(parsed.name);
}

/** What was made, for the console's list. */
export function lineOf({ line }: MadeCommand): string {
  return line === null ? '' : ` = ${line}`;
}
