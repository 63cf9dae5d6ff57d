/** Carries what people write in Bitrix24 into our channel: new messages, edits, deletions. Safe to repeat, by external ids. */
import type { BrainAction } from '../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../core/connector.ts';
import { carryFiles } from './home-files.ts';
import { chatIdOf, linkConversation } from './link-conversation.ts';
import { externalId, furtherId } from './message-names.ts';
import { isRefusal, MgRefused } from './mg-http.ts';
import type { Room } from './room.ts';
import type { Customer, Incoming } from './transport-api.ts';

type Message = BrainAction & { type: 'message' };

/** Throws AppErrors. The customer of our channel is the conversation itself, whoever in it wrote. */
export async function deliverMessage(
  room: Room,
  action: Message,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const bodies = await bodiesOf(room, action, to, signal);
  if (bodies.length === 0)
    room.tools.log('a message of spaces alone was not carried over', { message: action.messageId });
  let first: number | null = null;
  for (const [index, body] of bodies.entries()) {
    const name = index === 0 ? externalId(action.messageId, to.ref) : furtherId(action.messageId, to.ref, index);
    const message = { ...body, external_id: name };
    const id = await send(room, { ...chatOf(room, to), customer: customerOf(action, to), message }, signal);
    first ??= id;
  }
  const linked =
    bodies.length > 0 && chatIdOf(to) === null ? await linkConversation(room, action.chat, to, signal) : null;
  return {
    ...(first === null ? {} : { remoteMessageId: String(first) }),
    ...(linked === null ? {} : { remoteConversationId: linked }),
  };
}

type Body = Omit<Incoming['message'], 'external_id'>;

/** A text, or media with the text as their note; a second kind of media needs a message of its own. */
async function bodiesOf(
  room: Room,
  action: Message,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<readonly Body[]> {
  const { groups, named } = await carryFiles(room, to, action.files, signal);
  const said =
    action.chat.kind === 'group' && action.text !== '' ? `${action.author.name}: ${action.text}` : action.text;
  const text = [said, ...named].filter((part) => part.trim() !== '').join('\n');
  if (groups.length === 0) return text === '' ? [] : [{ type: 'text', text }];
  return groups.map((group, index) => ({ ...group, ...(index === 0 && text !== '' ? { note: text } : {}) }));
}

function chatOf(room: Room, to: ConversationRef): Omit<Incoming, 'message'> {
  return { channel: room.config.joined.channelId, external_chat_id: to.ref, originator: 'customer' };
}

/** MessageGateway has no group chats: there the chat is the customer, and each line names its author. */
function customerOf({ author, chat }: Message, to: ConversationRef): Customer {
  const name = (chat.kind === 'group' ? chat.title : author.name).trim().slice(0, 255);
  const nickname = name === '' ? 'Bitrix24' : name;
  return { external_id: to.ref, nickname, first_name: nickname };
}

/** MessageGateway's id; null when it already had the message. A quote of something it does not know is left out. */
async function send(room: Room, message: Incoming, signal: AbortSignal): Promise<number | null> {
  try {
    return await room.apis.transport.sendMessage(message, signal);
  } catch (error) {
    if (isRefusal(error, /already exists/i)) return null;
    const { quote, ...plain } = message;
    if (quote !== undefined && error instanceof MgRefused) return await send(room, plain, signal);
    throw error;
  }
}

/** An edit. Where the channel cannot change the message (only texts can be), the new text is said anew as an answer to the old. */
export async function deliverEdit(
  room: Room,
  action: BrainAction & { type: 'edit' },
  to: ConversationRef,
  key: string,
  signal: AbortSignal,
): Promise<Delivery> {
  const { channelId } = room.config.joined;
  const name = externalId(action.messageId, to.ref);
  if (action.text.trim() === '') return {};
  try {
    await room.apis.transport.editMessage(channelId, name, action.text, signal);
  } catch (error) {
    if (isUnknownMessage(error)) {
      room.tools.log('an edit of a message MessageGateway does not have was left out', { message: action.messageId });
      return {};
    }
    if (!(error instanceof MgRefused)) throw error;
    const message = { external_id: `${name}~${key.slice(0, 8)}`, type: 'text' as const, text: `✏️ ${action.text}` };
    // Without a customer the chat's own stays as it is: an edit does not say who the author is.
    await send(room, { ...chatOf(room, to), quote: { external_id: name }, message }, signal);
  }
  return {};
}

/** A deletion of the message and of the further ones it became. */
export async function deliverDelete(
  room: Room,
  action: BrainAction & { type: 'delete' },
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const { channelId } = room.config.joined;
  for (let index = 0; ; index += 1) {
    const name = index === 0 ? externalId(action.messageId, to.ref) : furtherId(action.messageId, to.ref, index);
    try {
      await room.apis.transport.deleteMessage(channelId, { external_id: name }, signal);
    } catch (error) {
      // Gone already, or never there: what was to be reached is reached. A repetition goes on behind what the first attempt deleted.
      if (!isUnknownMessage(error)) throw error;
      if (index > 0) return {};
    }
  }
}

function isUnknownMessage(error: unknown): boolean {
  return isRefusal(error, /not found/i) || (error instanceof MgRefused && error.status === 404);
}
