/** The full description of a chat that REST methods return: in camelCase for imbot.v2, in snake_case for v1. */
import { isoDate } from './events/v1-message-params.ts';
import { type Chat, dialogIdFor, fullName, type PortalState } from './state.ts';
import { chatObject } from './v2-objects.ts';
import { phpMap, type WireMap } from './wire-format.ts';

const TYPE_NAMES = { P: 'private', C: 'chat', O: 'open', L: 'lines' } as const;

/** What the chat's members may do; the portal's defaults. */
const PERMISSIONS = {
  manage_users_add: 'member',
  manage_users_delete: 'manager',
  manage_ui: 'member',
  manage_settings: 'owner',
  manage_messages: 'member',
  can_post: 'member',
} as const;

const RESTRICTIONS = {
  avatar: true,
  rename: true,
  extend: true,
  call: true,
  mute: true,
  leave: true,
  leave_owner: true,
  send: true,
  user_list: true,
} as const;

function roleOf(chat: Chat, viewerId: number): string {
  if (chat.ownerId === viewerId) return 'owner';
  return chat.managers.has(viewerId) ? 'manager' : 'member';
}

function createdAt(state: PortalState, chat: Chat): string {
  const first = state.messages.get(chat.messageIds[0] ?? 0);
  return isoDate(first?.date ?? state.now());
}

function managersOf(chat: Chat): number[] {
  return chat.ownerId > 0 ? [chat.ownerId, ...chat.managers] : [...chat.managers];
}

const camel = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The `chat` of imbot.v2.Chat.add and Chat.get. */
export function fullChatObject(state: PortalState, chat: Chat, viewerId: number): WireMap {
  return {
    ...chatObject(chat, viewerId),
    containsCollaber: false,
    entityLink: phpMap({}),
    diskFolderId: 0,
    role: roleOf(chat, viewerId),
    permissions: Object.fromEntries(Object.entries(PERMISSIONS).map(([name, who]) => [camel(name), who])),
    muteList: [],
    parentChatId: null,
    parentMessageId: null,
    isNew: chat.messageIds.length === 0,
    textFieldEnabled: chat.textFieldEnabled ? 'Y' : 'N',
    backgroundId: null,
    dateCreate: createdAt(state, chat),
    lastMessageId: chat.messageIds.at(-1) ?? 0,
    lastMessageViews: '{}',
    lastId: chat.lastReadBy.get(viewerId) ?? null,
    managerList: managersOf(chat),
    markedId: null,
    messageCount: chat.messageIds.length,
    public: '',
    unreadId: null,
    userCounter: chat.members.size,
  };
}

/** The result of imbot.dialog.get and imopenlines.dialog.get. */
export function dialogObject(state: PortalState, chat: Chat, viewerId: number): WireMap {
  const last = chat.messageIds.at(-1) ?? 0;
  const lastRead = chat.lastReadBy.get(viewerId) ?? 0;
  return {
    id: chat.id,
    parent_chat_id: 0,
    parent_message_id: 0,
    name: chat.title,
    description: chat.description,
    owner: chat.ownerId,
    extranet: false,
    avatar: '',
    color: chat.color,
    type: TYPE_NAMES[chat.type],
    counter: chat.messageIds.filter((id) => id > lastRead).length,
    user_counter: chat.members.size,
    message_count: chat.messageIds.length,
    unread_id: 0,
    restrictions: RESTRICTIONS,
    last_message_id: last,
    last_id: lastRead,
    marked_id: 0,
    disk_folder_id: 0,
    entity_type: chat.entityType ?? '',
    entity_id: chat.entityId,
    entity_data_1: chat.entityData1,
    entity_data_2: chat.entityData2,
    entity_data_3: chat.entityData3,
    mute_list: [],
    date_create: createdAt(state, chat),
    message_type: chat.type,
    public: '',
    role: roleOf(chat, viewerId),
    entity_link: { type: chat.entityType ?? '', url: '', id: chat.entityId },
    text_field_enabled: chat.textFieldEnabled,
    background_id: null,
    permissions: PERMISSIONS,
    is_new: chat.messageIds.length === 0,
    readed_list: [...chat.lastReadBy].map(([userId, messageId]) => {
      const user = state.users.get(userId);
      return {
        user_id: userId,
        user_name: user === undefined ? '' : fullName(user),
        message_id: messageId,
        date: null,
      };
    }),
    manager_list: managersOf(chat),
    last_message_views: { message_id: last, first_viewers: [], count_of_viewers: 0 },
    dialog_id: dialogIdFor(chat, viewerId),
  };
}
