/** Channels, chats and dialogs as the Bot API shows them: in lists, inside each other, and in events. */
import type { ChannelRecord, ChatRecord, DialogRecord, Responsible } from '../records.ts';
import type { AccountState } from '../state.ts';
import { microOrNull, microTime, secondTime } from '../time-format.ts';
import { actorView } from './actor-view.ts';
import { messageCore } from './message-view.ts';

/** The channel inside chats and events. */
export function channelView(channel: ChannelRecord): object {
  return {
    id: channel.id,
    avatar: channel.avatarUrl,
    transport_id: channel.transportId,
    type: channel.type,
    settings: channel.settings,
    name: channel.name ?? '',
    is_active: channel.isActive,
  };
}

/** The dialog inside a chat: times to the second, the responsible with all fields. */
function embeddedDialog(account: AccountState, dialog: DialogRecord): object {
  const second = (ms: number | null): string | null => (ms === null ? null : secondTime(ms, 'Z'));
  return {
    id: dialog.id,
    created_at: second(dialog.createdAt),
    closed_at: second(dialog.closedAt),
    assigned_at: second(dialog.responsible?.assignedAt ?? null),
    responsible: actorView(account, dialog.responsible),
    utm: dialog.utm,
  };
}

function chatBase(account: AccountState, chat: ChatRecord): Record<string, unknown> {
  const channel = account.channels.get(chat.channelId);
  const dialog = chat.lastDialogId === null ? undefined : account.dialogs.get(chat.lastDialogId);
  const offset = account.gateway.options.timeOffset;
  const base: Record<string, unknown> = {
    id: chat.id,
    avatar: '',
    name: '',
    customer: actorView(account, { type: 'customer', id: chat.customerId }),
    author_id: chat.customerId,
    last_activity: secondTime(chat.lastActivity, offset),
    unread: chat.notRead > 0,
    waiting_level: 'none',
  };
  if (channel !== undefined) base['channel'] = channelView(channel);
  if (dialog !== undefined) base['last_dialog'] = embeddedDialog(account, dialog);
  if (chat.lastUserMessageId !== null) base['last_user_message'] = { id: chat.lastUserMessageId };
  if (chat.replyDeadline !== null) base['reply_deadline'] = secondTime(chat.replyDeadline, 'Z');
  return base;
}

function lastMessage(account: AccountState, chat: ChatRecord): object | null {
  const message = chat.lastMessageId === null ? undefined : account.messages.get(chat.lastMessageId);
  return message === undefined ? null : messageCore(account, message);
}

/** An item of GET /chats. */
export function chatListItem(account: AccountState, chat: ChatRecord): object {
  const item: Record<string, unknown> = {
    ...chatBase(account, chat),
    not_read_messages: chat.notRead,
    created_at: microTime(chat.createdAt),
    updated_at: microTime(chat.updatedAt),
  };
  const last = lastMessage(account, chat);
  // The published schema does not allow null here, and no recorded answer has a chat without messages.
  if (last !== null) item['last_message'] = last;
  return item;
}

/** The chat in events; inside a message event its own last message is left out. */
export function chatEvent(account: AccountState, chat: ChatRecord, withLastMessage = true): object {
  return {
    ...chatBase(account, chat),
    members: [...chat.members.values()].map((member) => ({
      is_author: member.isAuthor,
      state: member.state,
      user: actorView(account, member.user),
    })),
    last_message: withLastMessage ? lastMessage(account, chat) : null,
    not_read_messages_count: chat.notRead,
    created_at: microTime(chat.createdAt),
  };
}

/** The responsible in REST answers, external id included. */
export function responsibleView(account: AccountState, responsible: Responsible | null): object | null {
  if (responsible === null) return null;
  return {
    type: responsible.type,
    id: responsible.id,
    external_id: responsible.type === 'user' ? (account.users.get(responsible.id)?.externalId ?? '') : '',
    assigned_at: microTime(responsible.assignedAt),
  };
}

/** An item of GET /dialogs. */
export function dialogListItem(account: AccountState, dialog: DialogRecord): object {
  const item: Record<string, unknown> = {
    id: dialog.id,
    chat_id: dialog.chatId,
    bot_id: dialog.responsible?.type === 'bot' ? dialog.responsible.id : null,
    begin_message_id: dialog.beginMessageId,
    ending_message_id: dialog.endingMessageId,
    created_at: microTime(dialog.createdAt),
    updated_at: microOrNull(dialog.updatedAt),
    closed_at: microOrNull(dialog.closedAt),
    is_assigned: dialog.responsible !== null,
    is_active: dialog.closedAt === null,
    tags: dialog.tags,
  };
  if (dialog.responsible !== null) item['responsible'] = responsibleView(account, dialog.responsible);
  if (dialog.utm !== null) item['utm'] = dialog.utm;
  return item;
}

/** data.dialog of events: the responsible is ids only, without external id. */
export function dialogEvent(account: AccountState, dialog: DialogRecord): object {
  const chat = account.chats.get(dialog.chatId);
  const second = (ms: number | null): string | null => (ms === null ? null : secondTime(ms, 'Z'));
  return {
    id: dialog.id,
    begin_message_id: dialog.beginMessageId,
    ending_message_id: dialog.endingMessageId,
    created_at: second(dialog.createdAt),
    closed_at: second(dialog.closedAt),
    assigned_at: second(dialog.responsible?.assignedAt ?? null),
    responsible:
      dialog.responsible === null
        ? null
        : {
            id: dialog.responsible.id,
            type: dialog.responsible.type,
            assigned_at: second(dialog.responsible.assignedAt),
          },
    utm: dialog.utm,
    chat: chat === undefined ? null : chatEvent(account, chat),
  };
}
