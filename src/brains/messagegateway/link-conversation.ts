/** Finds the MessageGateway chat of a conversation, and tells managers once which CRM records of Bitrix24 belong to it. */
import type { ConversationRef } from '../../core/connector.ts';
import { toAppError } from '../../core/errors.ts';
import type { Chat } from '../../core/events.ts';
import type { MgChat } from './mg-shapes.ts';
import { addNote } from './notes.ts';
import type { Room } from './room.ts';
import { wordsOf } from './words.ts';

/** The chat this conversation was linked to; null for none, and for what was a console once. */
export function chatIdOf(to: ConversationRef): number | null {
  return /^\d+$/.test(to.remoteId ?? '') ? Number(to.remoteId) : null;
}

/** The chat of our channel with this conversation; null when MessageGateway has none (nobody has written yet). */
export async function findChat(room: Room, to: ConversationRef, signal: AbortSignal): Promise<MgChat | null> {
  const { channelId } = room.config.joined;
  const chatId = chatIdOf(to);
  if (chatId !== null) {
    const [known] = await room.apis.bot.chats({ id: chatId }, signal);
    if (known !== undefined) return known;
  }
  const chats = await room.apis.bot.chats({ channel_id: channelId, customer_external_id: to.ref }, signal);
  return (
    chats.find((chat) => chat.customer?.external_id === to.ref && (chat.channel?.id ?? channelId) === channelId) ?? null
  );
}

/**
 * MessageGateway's id of the conversation, or null when it could not be learned now: the message itself is over there, and the next one
 * asks again. Notes about CRM records are a courtesy too.
 */
export async function linkConversation(
  room: Room,
  chat: Chat,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const found = await findChat(room, to, signal);
    if (found === null) return null;
    const crm = chat.line?.crm ?? [];
    if (crm.length > 0) {
      const links = crm.map(({ type, id }) => `${type} ${id}`).join(', ');
      await addNote(room, found.id, wordsOf(room.config.language).crmLinks(links), signal);
    }
    return String(found.id);
  } catch (thrown) {
    const error = toAppError(thrown);
    room.tools.log('the MessageGateway chat of a conversation could not be learned yet', { code: error.code });
    return null;
  }
}
