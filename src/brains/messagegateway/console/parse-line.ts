/** Tells commands from texts for the customer. Pure. */
import { type CommandName, commandNamed } from './command-names.ts';

export type Line =
  | { readonly kind: 'command'; readonly name: CommandName; readonly args: string }
  | { readonly kind: 'unknown'; readonly word: string }
  /** For the customer. */
  | { readonly kind: 'words'; readonly text: string };

/**
 * In a bound console a line is for the customer unless it begins with a slash. A line with a slash never reaches the customer, even when
 * the command is unknown. In a console without a chat every line is a command.
 */
export function parseLine(text: string, isBound: boolean): Line {
  const trimmed = text.trim();
  const isSlashed = trimmed.startsWith('/');
  if (isBound && !isSlashed) return { kind: 'words', text: trimmed };
  const [, word = '', args = ''] = /^\/?\s*(\S*)\s*([\s\S]*)$/.exec(trimmed) ?? [];
  const name = commandNamed(word);
  return name === null ? { kind: 'unknown', word } : { kind: 'command', name, args: args.trim() };
}

/** `#12 rest` → the chat and the rest. Without `#` or `№` no chat is named. */
export function takeChat(args: string): { readonly chatId: number | null; readonly rest: string } {
  const [whole, digits] = /^(?:#|№)\s*(\d{1,15})(?=\s|$)/.exec(args) ?? [];
  if (whole === undefined) return { chatId: null, rest: args };
  return { chatId: Number(digits), rest: args.slice(whole.length).trim() };
}

/** The id of a file at the start of the text, or null. */
export function uuidIn(text: string): string | null {
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?=\s|$)/i.exec(text)?.[0] ?? null;
}

/** An id at the start (`12`, `#12` or `№12`), and the rest. */
export function takeId(args: string): { readonly id: number | null; readonly rest: string } {
  const [whole, digits] = /^(?:#|№)?\s*(\d{1,15})(?=\s|$)/.exec(args) ?? [];
  if (whole === undefined) return { id: null, rest: args };
  return { id: Number(digits), rest: args.slice(whole.length).trim() };
}

/** What a made command may run: all commands about the chat it is typed in. */
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

/** Whether a made command may run this line of the console. */
export function isRunnable(line: string): boolean {
  const parsed = parseLine(line, false);
  return parsed.kind === 'command' && runnable.has(parsed.name);
}
