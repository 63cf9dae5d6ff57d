/**
 * Commands that employees have made in the console, typed by managers in any chat of the account. One that was given a line of the console,
 * or bears the name of one, does that in the chat it is typed in; any other is passed on to the group that made it.
 */
import type { Incoming } from '../../../core/connector.ts';
import { toAppError } from '../../../core/errors.ts';
import { recentCommands } from '../account/bot-overrides.ts';
import { isEscaped } from '../account/escaping.ts';
import { ourCommands } from '../account/sync-commands.ts';
import { unescapeHtml } from '../api/html-text.ts';
import { MgRefused } from '../api/mg-http.ts';
import { readPages } from '../api/pages.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import type { MgContext } from '../context.ts';
import { overlapMs } from '../inbound/catch-up.ts';
import type { ListenCursor } from '../inbound/cursor.ts';
import type { CommandName } from './command-names.ts';
import { type Ask, ConsoleRefusal } from './command-request.ts';
import { type GroupMessage, groupMessageShape } from './group-shapes.ts';
import { isRunnable } from './made-lines.ts';
import { consoleMessages } from './messages.ts';
import { parseLine } from './parse-line.ts';
import { storeLink } from './people.ts';
import { runCommand } from './run-command.ts';
import { keepDays } from './send-once.ts';

/** These leave their own trace in the chat. */
const speaking: ReadonlySet<CommandName> = new Set(['say', 'note', 'send']);

export interface MadeCommands {
  /** What is to be told to groups. What is to be done has been done. Frames of other kinds cost no query. */
  rowsOf(frame: Envelope, signal: AbortSignal): Promise<readonly Incoming[]>;
  /** The same for what was typed while nobody listened. */
  missed(cursor: ListenCursor | null, signal: AbortSignal): Promise<readonly Incoming[]>;
}

/** One per listener. */
export function createMadeCommands(context: MgContext): MadeCommands {
  const { state } = context.tools;

  async function take(raw: unknown, signal: AbortSignal): Promise<readonly Incoming[]> {
    const parsed = groupMessageShape.safeParse(raw);
    if (!parsed.success || parsed.data.type !== 'command' || parsed.data.from?.type !== 'user') return [];
    const message = parsed.data;
    const typed = isEscaped(context.config) ? unescapeHtml(message.content ?? '') : (message.content ?? '');
    const [, name = '', words = ''] = /^\s*\/?([\w-]+)\s*([\s\S]*)$/.exec(typed) ?? [];
    if (name === '' || ourCommands(context.config).has(name)) return [];
    const made = (await recentCommands(state)).get(name);
    if (made === undefined) return [];
    // Another listener may not know yet that it has lost the account, and whatever interrupts us: rather not done, which the manager sees, than
    // done twice.
    const isFirst = await state.claim(`ran:${message.id}`, {}, keepDays * 86_400);
    if (!isFirst) return [];
    const line = [made.line ?? name, words.trim()].filter((part) => part !== '').join(' ');
    if (isRunnable(line)) {
      await run(context, message, line, signal);
      return [];
    }
    return made.ref === null ? [] : [toldTo(made.ref, message)];
  }

  return {
    async rowsOf(frame, signal) {
      return frame.type === 'message_new' ? await take(frame.data['message'], signal) : [];
    },
    async missed(cursor, signal) {
      if (cursor === null || (await recentCommands(state)).size === 0) return [];
      const since = new Date(cursor.since.getTime() - overlapMs).toISOString();
      const ask = (bounds: Parameters<typeof context.apis.bot.rawMessages>[0]) =>
        context.apis.bot.rawMessages(bounds, signal);
      const rows: Incoming[] = [];
      for (const raw of await readPages(ask, { type: 'command', since })) rows.push(...(await take(raw, signal)));
      return rows;
    },
  };
}

/** The group reads who typed what, and where. */
function toldTo(ref: string, message: GroupMessage): Incoming {
  const showing = { what: 'command', customer: '', channel: '', portalMessageId: null };
  return {
    conversation: { ref },
    ifKnown: true,
    dedupeKey: `made-command:${message.id}`,
    body: Buffer.from(JSON.stringify({ type: 'message_new', data: { message, showing } })),
  };
}

/** Does it in the chat, and says there for staff what came of it. */
async function run(context: MgContext, message: GroupMessage, line: string, signal: AbortSignal): Promise<void> {
  const parsed = parseLine(line, false);
  if (parsed.kind !== 'command') return;
  const ask = askOf(context, message, parsed.args, signal);
  try {
    await storeLink(ask, message.from?.id ?? 0);
    const { text } = await runCommand(parsed.name, ask);
    if (!speaking.has(parsed.name)) await tellStaff(context, message.chat_id, text, signal);
  } catch (error) {
    const sentence = sentenceOf(error, ask);
    context.tools.log('a command made in the console could not be done', {
      reason: sentence ?? toAppError(error).code,
    });
    if (sentence !== null) await tellStaff(context, message.chat_id, sentence, signal);
  }
}

function sentenceOf(error: unknown, { phrases }: Ask): string | null {
  if (error instanceof ConsoleRefusal) return error.message;
  return error instanceof MgRefused ? phrases.refused(error.sentences.join('; ') || String(error.status)) : null;
}

/** A courtesy: when it fails, the manager sees in the chat what was done. */
async function tellStaff(context: MgContext, chatId: number, content: string, signal: AbortSignal): Promise<void> {
  try {
    await context.apis.bot.sendMessage({ chat_id: chatId, scope: 'private', type: 'text', content }, signal);
  } catch (thrown) {
    context.tools.log('what came of a command could not be told', { chat: chatId, reason: toAppError(thrown).code });
  }
}

/** The command as if an employee had given it in a group that is bound to the chat. `me` is the manager. */
function askOf(context: MgContext, message: GroupMessage, args: string, signal: AbortSignal): Ask {
  const { id, chat_id: chatId } = message;
  const name = `made-command:${id}`;
  return {
    context,
    to: { ref: name, remoteId: null, botCode: '', botType: 'S' },
    key: name,
    messageId: name,
    author: { id: `mg:${message.from?.id ?? 0}`, name: message.from?.name ?? '', kind: 'employee' },
    chat: { kind: 'group', dialogId: '', title: '', line: null },
    files: [],
    args,
    binding: { ref: name, chatId, after: 0, customer: '', channel: '', title: '', maxText: null },
    phrases: consoleMessages(context.config.language),
    signal,
  };
}
