/**
 * Commands that employees made in the console and managers type in a chat of the account. A command that was made with a line of the
 * console, or is named like a command of the console, runs in that chat; any other is shown in the group that made it.
 */
import type { Incoming } from '../../../core/connector.ts';
import { toAppError } from '../../../core/errors.ts';
import { type MgQuery, MgRefused } from '../api/mg-http.ts';
import { readPages } from '../api/pages.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import type { CommandName } from './command-names.ts';
import { type CommandRequest, ConsoleRefusal } from './command-request.ts';
import type { ConsoleContext } from './console-context.ts';
import { type GroupMessage, groupMessageShape, writeGroupRow } from './group-row.ts';
import { isRunnable, parseLine } from './parse-line.ts';
import { storeLink } from './people.ts';
import { runCommand } from './run-command.ts';
import { keepDays } from './send-once.ts';
import { consoleTexts } from './texts/console-texts.ts';

/** The manager sees the message that these commands send, so their result is not reported. */
const speaking: ReadonlySet<CommandName> = new Set(['say', 'note', 'send']);

/** The part of a `ConsoleListener` that is about made commands: runs them, or makes rows that show them in their group. */
export function createMadeCommands(context: ConsoleContext) {
  const { overrides } = context;

  async function take(raw: unknown, signal: AbortSignal): Promise<readonly Incoming[]> {
    const parsed = groupMessageShape.safeParse(raw);
    if (!parsed.success || parsed.data.type !== 'command' || parsed.data.from?.type !== 'user') return [];
    const message = parsed.data;
    const typed = context.readText(message.content ?? '');
    const [, name = '', words = ''] = /^\s*\/?([\w-]+)\s*([\s\S]*)$/.exec(typed) ?? [];
    if (name === '' || context.isOwnCommand(name)) return [];
    const made = (await overrides.commands()).get(name);
    if (made === undefined) return [];
    // Claimed before it runs: two listeners may overlap for a moment. A command that is interrupted is not repeated; the manager sees that
    // nothing happened.
    const isFirst = await context.tools.state.claim(`ran:${message.id}`, {}, keepDays * 86_400);
    if (!isFirst) return [];
    const line = [made.line ?? name, words.trim()].filter((part) => part !== '').join(' ');
    if (isRunnable(line)) {
      await run(context, message, line, signal);
      return [];
    }
    return made.ref === null ? [] : [groupRow(made.ref, message)];
  }

  return {
    async rowsOf(frame: Envelope, signal: AbortSignal): Promise<readonly Incoming[]> {
      return frame.type === 'message_new' ? await take(frame.data['message'], signal) : [];
    },
    async missed(since: Date | null, signal: AbortSignal): Promise<readonly Incoming[]> {
      if (since === null || (await overrides.commands()).size === 0) return [];
      const readPage = (bounds: MgQuery) => context.bot.rawMessages(bounds, signal);
      const found = await readPages(readPage, { type: 'command', since: since.toISOString() });
      const rows: Incoming[] = [];
      for (const raw of found) rows.push(...(await take(raw, signal)));
      return rows.map((row) => ({ ...row, caughtUp: true as const }));
    },
  };
}

/** A row that tells the group who typed what, and where. */
function groupRow(ref: string, message: GroupMessage): Incoming {
  const showing = { what: 'command' as const, customer: '', channel: '', portalMessageId: null };
  return {
    conversation: { ref },
    ifKnown: true,
    dedupeKey: `made-command:${message.id}`,
    body: writeGroupRow(message, showing),
  };
}

/** Runs the command in the chat and reports the result there, to staff only. */
async function run(context: ConsoleContext, message: GroupMessage, line: string, signal: AbortSignal): Promise<void> {
  const parsed = parseLine(line, false);
  if (parsed.kind !== 'command') return;
  const request = requestOf(context, message, parsed.args, signal);
  try {
    await storeLink(request, message.from?.id ?? 0);
    const { text } = await runCommand(parsed.name, request);
    if (!speaking.has(parsed.name)) await tellStaff(context, message.chat_id, text, signal);
  } catch (error) {
    const sentence = sentenceOf(error, request);
    context.tools.log('a command made in the console could not be run', {
      reason: sentence ?? toAppError(error).code,
    });
    if (sentence !== null) await tellStaff(context, message.chat_id, sentence, signal);
  }
}

function sentenceOf(error: unknown, { messages }: CommandRequest): string | null {
  if (error instanceof ConsoleRefusal) return error.message;
  return error instanceof MgRefused ? messages.refused(error.sentences.join('; ') || String(error.status)) : null;
}

/** If this fails, the manager still sees the effect of the command in the chat. */
async function tellStaff(context: ConsoleContext, chatId: number, content: string, signal: AbortSignal): Promise<void> {
  try {
    await context.bot.sendMessage({ chat_id: chatId, scope: 'private', type: 'text', content }, signal);
  } catch (thrown) {
    context.tools.log('the result of a command could not be reported', {
      chat: chatId,
      reason: toAppError(thrown).code,
    });
  }
}

/** The command as if an employee had typed it in a group that is bound to the chat. `me` is the manager. */
function requestOf(context: ConsoleContext, message: GroupMessage, args: string, signal: AbortSignal): CommandRequest {
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
    messages: consoleTexts(context.language),
    signal,
  };
}
