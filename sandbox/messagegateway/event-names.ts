/** The seventeen events a bot can subscribe to over its WebSocket. */

export const EVENT_NAMES = [
  'message_new',
  'message_updated',
  'message_restored',
  'message_deleted',
  'dialog_opened',
  'dialog_closed',
  'dialog_assign',
  'chat_created',
  'chat_updated',
  'chats_deleted',
  'user_joined_chat',
  'user_left_chat',
  'user_updated',
  'user_online_updated',
  'channel_updated',
  'customer_updated',
  'bot_updated',
] as const;

export type EventName = (typeof EVENT_NAMES)[number];

/** Events that the vendor's older clients ask for; the service no longer has them, so none is ever sent. */
export const RETIRED_NAMES: readonly string[] = ['chat_unread_updated', 'settings_updated'];
