/** Commands that say something in a chat, and mend what was said. */
import { z } from 'zod';
import { splitText } from '../../../core/split-text.ts';
import { sha256 } from '../../../lib/encryption.ts';
import type { BotMessage } from '../api/bot-api.ts';
import { isRefusal, MgRefused } from '../api/mg-http.ts';
import { type Command, type CommandRequest, ConsoleRefusal } from './command-request.ts';
import type { ConsoleContext, FileGroup } from './console-context.ts';
import { maxTextOf, namedChat, titleOf } from './find-chat.ts';
import { takeId, uuidIn } from './parse-line.ts';
import { keepDays, sendOnce } from './send-once.ts';

/** Where the channel names no limit: what MessageGateway takes for an edit, and official bots cut at. */
const usualMaxText = 2_000;

const carriedShape = z.object({
  groups: z.array(
    z.object({
      type: z.enum(['image', 'audio', 'file']),
      items: z.array(z.object({ id: z.string(), caption: z.string() })),
    }),
  ),
  named: z.array(z.string()),
});

const sentShape = z.object({
  /** In the order they went out. */
  parts: z.array(z.object({ id: z.int(), isText: z.boolean() })),
  /** How it came to be said: words as such, talk that was overheard, or a command that said it. */
  by: z.enum(['words', 'overheard', 'command']),
  /** Stands before what the employee wrote. */
  heading: z.string(),
  /** Stands behind it: the files that could not be sent. */
  named: z.string(),
  /** What he wrote, as a mark. */
  wrote: z.string(),
});

type Sent = z.output<typeof sentShape>;

const markOf = (text: string): string => sha256(text.trim()).toString('hex').slice(0, 16);

const sentKey = (portalMessageId: string): string => `sent:${portalMessageId}`;

/** What is said where. */
export interface Saying {
  readonly chatId: number;
  readonly scope: 'public' | 'private';
  readonly text: string;
  /** Longest text the channel takes; null: not known. */
  readonly maxText: number | null;
  readonly by: 'words' | 'overheard' | 'command';
  /** Put before the text; empty for none. */
  readonly heading: string;
}

/**
 * Text and files of the employee's message, as few messages as the channel takes. Repeatable: each part is sent once, and files are
 * uploaded once. The parts are remembered, so that an edit or a deletion finds them.
 */
export async function sayInChat(request: CommandRequest, saying: Saying): Promise<void> {
  const { context, key, messageId, signal } = request;
  const carried = await carryOnce(request);
  const said = saying.text === '' ? '' : saying.heading + saying.text;
  const text = [said, ...carried.named].filter((part) => part.trim() !== '').join('\n');
  const messages = messagesOf(saying, text, carried.groups);
  if (messages.length === 0) throw new ConsoleRefusal(request.messages.emptyTexts);
  const { by, heading } = saying;
  const about = { by, heading, named: carried.named.join('\n'), wrote: markOf(saying.text) };
  const parts: Sent['parts'] = [];
  for (const [index, message] of messages.entries()) {
    const id = await sendOnce(context, `${key}:${index}`, messageId, message, signal);
    parts.push({ id, isText: message.type === 'text' });
    // At once: when the next part is refused, this one can still be changed and deleted.
    await context.tools.state.put(sentKey(messageId), { parts, ...about } satisfies Sent, keepDays);
  }
}

function messagesOf(saying: Saying, text: string, groups: readonly FileGroup[]): readonly BotMessage[] {
  const place = { chat_id: saying.chatId, scope: saying.scope };
  const parts = text === '' ? [] : splitText(text, saying.maxText ?? usualMaxText);
  const texts = parts.map((content): BotMessage => ({ ...place, type: 'text', content }));
  const media = groups.map(
    ({ type, items }): BotMessage => ({
      ...place,
      type,
      items: items.map(({ id, caption }) => ({ id, caption: caption || id })),
    }),
  );
  return [...texts, ...media];
}

/** Files are uploaded once per delivery: a second upload would have other ids, and its message would look like another one. */
async function carryOnce(request: CommandRequest): Promise<z.output<typeof carriedShape>> {
  const { context, to, files, key, signal } = request;
  if (files.length === 0) return { groups: [], named: [] };
  const known = carriedShape.safeParse(await context.tools.state.get(`carried:${key}`));
  if (known.success) return known.data;
  const carried = await context.uploadFiles(to, files, signal);
  await context.tools.state.put(`carried:${key}`, carried, keepDays);
  return carriedShape.parse(carried);
}

const byCommand = { by: 'command', heading: '' } as const;

/** `say [#12] text`: to the customer. */
export const say: Command = async (request) => {
  const { chat, rest } = await namedChat(request);
  await sayInChat(request, { chatId: chat.id, scope: 'public', text: rest, maxText: maxTextOf(chat), ...byCommand });
  return { text: request.messages.said(titleOf(chat)) };
};

/** `note [#12] text`: to staff alone. */
export const note: Command = async (request) => {
  const { chat, rest } = await namedChat(request);
  await sayInChat(request, { chatId: chat.id, scope: 'private', text: rest, maxText: null, ...byCommand });
  return { text: request.messages.noted(titleOf(chat)) };
};

/** `send [#12] file-id [text]`: a file MessageGateway has already, to the customer. */
export const send: Command = async (request) => {
  const { chat, rest } = await namedChat(request);
  const id = uuidIn(rest);
  if (id === null) throw new ConsoleRefusal(request.messages.nameFile);
  const { type } = await request.context.bot.file(id, request.signal);
  const kind = type === 'image' || type === 'audio' ? type : 'file';
  const note = rest.slice(id.length).trim();
  const message: BotMessage = {
    chat_id: chat.id,
    scope: 'public',
    type: kind,
    items: [{ id, caption: id }],
    ...(note === '' ? {} : { note }),
  };
  await sendOnce(request.context, `${request.key}:0`, request.messageId, message, request.signal);
  return { text: request.messages.said(titleOf(chat)) };
};

/** `edit 345 text`: a message of the bot. */
export const edit: Command = async (request) => {
  const { id, rest } = takeId(request.args);
  if (id === null) throw new ConsoleRefusal(request.messages.nameMessage);
  if (rest === '') throw new ConsoleRefusal(request.messages.emptyTexts);
  await request.context.bot.editMessage(id, rest, request.signal);
  return { text: request.messages.edited };
};

/** `delete 345`: a message of the bot. Irreversible over there. */
export const remove: Command = async (request) => {
  const { id } = takeId(request.args);
  if (id === null) throw new ConsoleRefusal(request.messages.nameMessage);
  await deleteQuietly(request.context, id, request.signal);
  return { text: request.messages.deleted };
};

/**
 * The employee changed a message that had gone out, or a command that said something. Commands are not carried out again, and what begins
 * like one never reaches a customer (`not_a_message`); where not exactly one text went out, nobody can tell which words belong where
 * (`not_changed`). Both are said to him. Null: nothing had gone out, or all is done.
 */
export async function editSent(
  context: ConsoleContext,
  messageId: string,
  text: string,
  signal: AbortSignal,
): Promise<'not_a_message' | 'not_changed' | null> {
  const sent = sentShape.safeParse(await context.tools.state.get(sentKey(messageId)));
  // Portals tell of changes that leave the words as they are, too.
  if (!sent.success || sent.data.wrote === markOf(text)) return null;
  const { parts, by, heading, named } = sent.data;
  const words = text.trim();
  if (by === 'command' || (by === 'words' && words.startsWith('/'))) return 'not_a_message';
  const [only, another] = parts.filter(({ isText }) => isText);
  if (only === undefined || another !== undefined || words === '') return by === 'words' ? 'not_changed' : null;
  await context.bot.editMessage(only.id, [heading + words, named].filter((part) => part !== '').join('\n'), signal);
  await context.tools.state.put(sentKey(messageId), { ...sent.data, wrote: markOf(text) } satisfies Sent, keepDays);
  return null;
}

/** The employee deleted a message that had gone out. A deleted command takes nothing back. */
export async function deleteSent(context: ConsoleContext, messageId: string, signal: AbortSignal): Promise<void> {
  const sent = sentShape.safeParse(await context.tools.state.get(sentKey(messageId)));
  if (!sent.success || sent.data.by === 'command') return;
  for (const { id } of sent.data.parts) await deleteQuietly(context, id, signal);
}

/** What is gone already was perhaps deleted by an earlier attempt of ours. */
async function deleteQuietly(context: ConsoleContext, id: number, signal: AbortSignal): Promise<void> {
  try {
    await context.bot.deleteMessage(id, signal);
  } catch (error) {
    const isGone = isRefusal(error, /not found/i) || (error instanceof MgRefused && error.status === 404);
    if (!isGone) throw error;
  }
}
