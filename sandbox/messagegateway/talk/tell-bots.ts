/** Turns what happened into events for the bots' sockets. */
import type { EventName } from '../event-names.ts';
import type { ActorRef, ChannelRecord, ChatRecord, DialogRecord, MessageRecord } from '../records.ts';
import type { AccountState } from '../state.ts';
import { actorView, botView, customerView, userView } from '../views/actor-view.ts';
import { channelView, chatEvent, dialogEvent } from '../views/chat-view.ts';
import { messageEventPart } from '../views/message-view.ts';

function emit(account: AccountState, type: EventName, build: () => unknown, isMailing = false): void {
  account.gateway.hub.emit(account, type, build, isMailing);
  account.gateway.announce('talk');
}

/** message_new, message_updated, message_deleted, message_restored. */
export function tellMessage(
  account: AccountState,
  type: 'message_new' | 'message_updated' | 'message_deleted' | 'message_restored',
  message: MessageRecord,
): void {
  const build = (): unknown => {
    const chat = account.chats.get(message.chatId);
    const view = messageEventPart(account, message);
    if (chat !== undefined) view['chat'] = chatEvent(account, chat, false);
    return { message: view };
  };
  emit(account, type, build, message.massCommunication);
}

export function tellDialog(
  account: AccountState,
  type: 'dialog_opened' | 'dialog_closed' | 'dialog_assign',
  dialog: DialogRecord,
): void {
  emit(account, type, () => {
    const data: Record<string, unknown> = { dialog: dialogEvent(account, dialog) };
    const chat = account.chats.get(dialog.chatId);
    if (type === 'dialog_assign' && chat !== undefined) data['chat'] = chatEvent(account, chat);
    return data;
  });
}

export function tellChat(account: AccountState, type: 'chat_created' | 'chat_updated', chat: ChatRecord): void {
  emit(account, type, () => ({ chat: chatEvent(account, chat) }), chat.isMassOnly);
}

export function tellChatsDeleted(account: AccountState, chatIds: readonly number[]): void {
  emit(account, 'chats_deleted', () => ({ chat_ids: chatIds }));
}

export function tellJoined(account: AccountState, chat: ChatRecord, user: ActorRef): void {
  emit(account, 'user_joined_chat', () => ({ chat: chatEvent(account, chat), user: actorView(account, user) }));
}

/** The vendor publishes no list of reasons; the member's state is sent. */
export function tellLeft(account: AccountState, chat: ChatRecord, user: ActorRef, reason: string): void {
  emit(account, 'user_left_chat', () => ({ reason, chat: { id: chat.id }, user: { id: user.id } }));
}

export function tellChannel(account: AccountState, channel: ChannelRecord): void {
  emit(account, 'channel_updated', () => ({ channel: channelView(channel) }));
}

/** customer_updated and bot_updated have the fields of the record directly in data. */
export function tellCustomer(account: AccountState, customerId: number): void {
  const customer = account.customers.get(customerId);
  if (customer !== undefined) emit(account, 'customer_updated', () => customerView(customer));
}

export function tellBot(account: AccountState, botId: number): void {
  const bot = account.bots.get(botId);
  if (bot !== undefined) emit(account, 'bot_updated', () => botView(bot));
}

/** user_updated has the user's fields directly in data, with is_active; user_online_updated has them in a nested `user`. */
export function tellUser(account: AccountState, userId: number, what: 'user_updated' | 'user_online_updated'): void {
  const user = account.users.get(userId);
  if (user === undefined) return;
  emit(account, what, () =>
    what === 'user_updated'
      ? { ...userView(user), is_active: user.isActive }
      : { user: userView(user), online: user.isOnline, connected: user.isOnline },
  );
}
