/** Commands that send, edit and delete messages of a chat. */
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

/** The text limit where the channel names none: MessageGateway's limit for edits, which official bots also use. */
const usualMaxText = 2_000;

const uploadedShape = z.object({
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
  /** What it was: an answer to the customer, an overheard message, or a command that sent something. */
  by: z.enum(['answer', 'overheard', 'command']),
  /** Text before what the employee wrote. */
  heading: z.string(),
  /** Lines after it, which name the files that could not be sent. */
  named: z.string(),
  /** Digest of what the employee wrote. */
  wrote: z.string(),
});

type Sent = z.output<typeof sentShape>;

const digestOf = (text: string): string => sha256(text.trim()).toString('hex').slice(0, 16);

const sentKey = (portalMessageId: string): string => `sent:${portalMessageId}`;

/** A text for a chat. */
export interface ChatText {
  readonly chatId: number;
  readonly scope: 'public' | 'private';
  readonly text: string;
  /** Longest text the channel takes; null: not known. */
  readonly maxText: number | null;
  readonly by: 'answer' | 'overheard' | 'command';
  /** Put before the text; may be empty. */
  readonly heading: string;
}

/**
 * Sends text and files of the employee's message, in as few messages as the channel allows. Repeatable: each part is sent once, and files
 * are uploaded once. The parts are stored, so that an edit or a deletion finds them.
 */
export async function sayInChat(request: CommandRequest, given: ChatText): Promise<void> {
  const { context, key, messageId, signal } = request;
  const uploaded = await uploadOnce(request);
  const said = given.text === '' ? '' : given.heading + given.text;
  const text = [said, ...uploaded.named].filter((part) => part.trim() !== '').join('\n');
  const messages = messagesOf(given, text, uploaded.groups);
  if (messages.length === 0) throw new ConsoleRefusal(request.messages.emptyTexts);
  const { by, heading } = given;
  const about = { by, heading, named: uploaded.named.join('\n'), wrote: digestOf(given.text) };
  const parts: Sent['parts'] = [];
  for (const [index, message] of messages.entries()) {
    const id = await sendOnce(context, { name: `${key}:${index}`, portalMessageId: messageId, message }, signal);
    parts.push({ id, isText: message.type === 'text' });
    // Stored after each part, so that it can be edited and deleted even if the next one is refused.
    await context.tools.state.put(sentKey(messageId), { parts, ...about } satisfies Sent, keepDays);
  }
}

function messagesOf(given: ChatText, text: string, groups: readonly FileGroup[]): readonly BotMessage[] {
  const place = { chat_id: given.chatId, scope: given.scope };
  const parts = text === '' ? [] : splitText(text, given.maxText ?? usualMaxText);
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

/** Uploads the files once per delivery: after a second upload they would have other ids, and `sendOnce` would not recognize the message. */
async function uploadOnce(request: CommandRequest): Promise<z.output<typeof uploadedShape>> {
  const { context, to, files, key, signal } = request;
  if (files.length === 0) return { groups: [], named: [] };
  const known = uploadedShape.safeParse(await context.tools.state.get(`uploaded:${key}`));
  if (known.success) return known.data;
  const uploaded = await context.uploadFiles(to, files, signal);
  await context.tools.state.put(`uploaded:${key}`, uploaded, keepDays);
  return uploadedShape.parse(uploaded);
}

const byCommand = { by: 'command', heading: '' } as const;

/** `say [#12] text`: to the customer. */
export const say: Command = async (request) => {
  const { chat, rest } = await namedChat(request);
  await sayInChat(request, { chatId: chat.id, scope: 'public', text: rest, maxText: maxTextOf(chat), ...byCommand });
  return { text: request.messages.said(titleOf(chat)) };
};

/** `note [#12] text`: to staff only. */
export const note: Command = async (request) => {
  const { chat, rest } = await namedChat(request);
  await sayInChat(request, { chatId: chat.id, scope: 'private', text: rest, maxText: null, ...byCommand });
  return { text: request.messages.noted(titleOf(chat)) };
};

/** `send [#12] file-id [text]`: sends the customer a file that MessageGateway has already. */
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
  const { context, key, messageId: portalMessageId, signal } = request;
  await sendOnce(context, { name: `${key}:0`, portalMessageId, message }, signal);
  return { text: request.messages.said(titleOf(chat)) };
};

/** `edit 345 text`: edits a message of the bot. */
export const edit: Command = async (request) => {
  const { id, rest } = takeId(request.args);
  if (id === null) throw new ConsoleRefusal(request.messages.nameMessage);
  if (rest === '') throw new ConsoleRefusal(request.messages.emptyTexts);
  await request.context.bot.editMessage(id, rest, request.signal);
  return { text: request.messages.edited };
};

/** `delete 345`: deletes a message of the bot. MessageGateway cannot restore it. */
export const remove: Command = async (request) => {
  const { id } = takeId(request.args);
  if (id === null) throw new ConsoleRefusal(request.messages.nameMessage);
  await deleteQuietly(request.context, id, request.signal);
  return { text: request.messages.deleted };
};

/**
 * Applies an employee's edit of a message that was sent to a chat. A command is not run again, and a text that begins like one never reaches
 * a customer (`not_a_message`). If no text or several were sent, the edit fits none of them (`not_changed`). The employee is told of
 * both. Null: nothing had been sent, or the edit is done.
 */
export async function editSent(
  context: ConsoleContext,
  messageId: string,
  text: string,
  signal: AbortSignal,
): Promise<'not_a_message' | 'not_changed' | null> {
  const sent = sentShape.safeParse(await context.tools.state.get(sentKey(messageId)));
  // Portals also report changes that leave the text as it is.
  if (!sent.success || sent.data.wrote === digestOf(text)) return null;
  const { parts, by, heading, named } = sent.data;
  const edited = text.trim();
  if (by === 'command' || (by === 'answer' && edited.startsWith('/'))) return 'not_a_message';
  const [only, another] = parts.filter(({ isText }) => isText);
  if (only === undefined || another !== undefined || edited === '') return by === 'answer' ? 'not_changed' : null;
  await context.bot.editMessage(only.id, [heading + edited, named].filter((part) => part !== '').join('\n'), signal);
  await context.tools.state.put(sentKey(messageId), { ...sent.data, wrote: digestOf(text) } satisfies Sent, keepDays);
  return null;
}

/** Applies an employee's deletion of a message that was sent to a chat. Deleting a command undoes nothing. */
export async function deleteSent(context: ConsoleContext, messageId: string, signal: AbortSignal): Promise<void> {
  const sent = sentShape.safeParse(await context.tools.state.get(sentKey(messageId)));
  if (!sent.success || sent.data.by === 'command') return;
  for (const { id } of sent.data.parts) await deleteQuietly(context, id, signal);
}

/** A missing message is no error: an earlier attempt may have deleted it. */
async function deleteQuietly(context: ConsoleContext, id: number, signal: AbortSignal): Promise<void> {
  try {
    await context.bot.deleteMessage(id, signal);
  } catch (error) {
    const isGone = isRefusal(error, /not found/i) || (error instanceof MgRefused && error.status === 404);
    if (!isGone) throw error;
  }
}
