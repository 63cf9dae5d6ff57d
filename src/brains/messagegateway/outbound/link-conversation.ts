/** Finds the MessageGateway chat of a conversation. */
import type { ConversationRef } from '../../../core/connector.ts';
import { toAppError } from '../../../core/errors.ts';
import type { MgChat } from '../api/mg-shapes.ts';
import { chatIdOf } from '../channels/own-channels.ts';
import type { MgContext } from '../context.ts';

/**
 * MessageGateway's chat for this conversation; null when there is none (nobody has written yet). A stored chat id is checked: it may be of
 * a former account, and belong to somebody else in this one.
 */
export async function findChat(context: MgContext, to: ConversationRef, signal: AbortSignal): Promise<MgChat | null> {
  const channelId = await context.channels.of(to);
  const isOurs = (chat: MgChat): boolean =>
    chat.customer?.external_id === to.ref && (chat.channel?.id ?? channelId) === channelId;
  const chatId = chatIdOf(to);
  if (chatId !== null) {
    const known = await context.apis.bot.chats({ id: chatId }, signal);
    const found = known.find((chat) => chat.id === chatId && isOurs(chat));
    if (found !== undefined) return found;
  }
  const chats = await context.apis.bot.chats({ channel_id: channelId, customer_external_id: to.ref }, signal);
  return chats.find(isOurs) ?? null;
}

/** The link to the chat, if it is not stored yet. */
export function linkTo(chat: MgChat, to: ConversationRef): { readonly remoteConversationId?: string } {
  return chatIdOf(to) === chat.id ? {} : { remoteConversationId: String(chat.id) };
}

/** MessageGateway's id of the conversation; null when it cannot be read now. The message has been delivered anyway, and the next message asks again. */
export async function linkConversation(
  context: MgContext,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const found = await findChat(context, to, signal);
    return found === null ? null : String(found.id);
  } catch (thrown) {
    const error = toAppError(thrown);
    context.tools.log('the MessageGateway chat of a conversation is not known yet', { reason: error.code });
    return null;
  }
}
