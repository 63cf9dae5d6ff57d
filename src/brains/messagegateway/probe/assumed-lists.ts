/** What the app assumes of objects in lists of both APIs: their documented fields and words (docs/platform-notes/messagegateway.md#answers). */
import { type AssumedObject, type AssumedWords, oneOf } from '../../../core/brain-probe.ts';
import {
  botChannelShape,
  botShape,
  channelShape,
  chatShape,
  commandShape,
  customerShape,
  dialogShape,
  memberShape,
  messageShape,
  templateShape,
  userShape,
} from '../api/mg-shapes.ts';
import { channelTypes } from '../api/transport-api.ts';

const follows = 'src/brains/messagegateway/api/mg-shapes.ts reads it; sandbox/messagegateway/views shows it';
const words = (path: string, isKnown: AssumedWords['isKnown'], where = follows): AssumedWords =>
  isKnown === undefined ? { path, follows: where } : { path, isKnown, follows: where };

export const messageTypes = oneOf('text', 'system', 'command', 'order', 'product', 'file', 'image', 'audio');
export const messageScopes = oneOf('public', 'private', 'undefined');
export const forCustomers = 'isForCustomers in src/brains/messagegateway/inbound/decode-webhook.ts';
const signals = 'src/brains/messagegateway/inbound/signals.ts';

/** `transport` was seen in a recording besides the documented types. */
const channelType = oneOf(...channelTypes, 'transport');
const newChannelType = 'channelTypes in src/brains/messagegateway/api/transport-api.ts, and the setting channels.types';
const actorType = oneOf('user', 'bot', 'customer', 'channel');

const times = ['created_at', 'updated_at'];
const inside = (path: string, names: readonly string[]): string[] => names.map((name) => `${path}.${name}`);

/** Fields of anyone in a chat. */
const actorFields = [
  ...['id', 'type', 'external_id', 'name', 'first_name', 'last_name', 'username', 'avatar', 'email', 'phone'],
  ...['available', 'is_blocked', 'is_system', 'is_technical_account'],
];
const channelFields = ['id', 'avatar', 'transport_id', 'type', 'settings', 'name', 'is_active'];
const fileFields = ['id', 'kind', 'type', 'size', 'caption', 'preview_url', 'width', 'height'].concat([
  'duration',
  'histogram',
  'transcription',
  'transcription_status',
]);
const quoteFields = ['id', 'type', 'time', 'content', 'items', 'from'];

/** Fields of a message, in lists and in frames alike. */
export const messageFields = [
  ...[...times, 'is_read', 'is_edit', 'actions', 'content', 'note', 'order', 'product', 'template_code'],
  ...['transport_attachments', 'dialog.id', 'error.message', 'responsible', 'user'],
  ...inside('from', actorFields),
  ...inside('items', fileFields),
  ...inside('quote', quoteFields),
];

/** Known values of a message's fields, in lists and in frames alike. */
export const messageWords: readonly AssumedWords[] = [
  words('type', messageTypes, forCustomers),
  words('scope', messageScopes, forCustomers),
  words('status', oneOf('undefined', 'received', 'sending', 'sent', 'failed', 'seen'), `isFailed in ${signals}`),
  words(
    'action',
    oneOf(
      ...[
        'dialog_opened',
        'dialog_closed',
        'dialog_assign',
        'dialog_unassign',
        'dialog_tag_added',
        'dialog_tag_removed',
      ],
      ...['user_joined', 'user_left', 'customer_blocked', 'customer_unblocked'],
    ),
    signals,
  ),
  words('actions', oneOf('edit', 'delete', 'quote')),
  words('from.type', actorType),
  words(
    'error.code',
    oneOf(
      ...['unknown', 'network_error', 'malformed_response', 'async_send_timeout', 'general', 'customer_not_exists'],
      ...['reply_timed_out', 'spam_suspicion', 'access_restricted'],
    ),
    signals,
  ),
  words('items.kind', oneOf('none', 'image', 'video', 'file', 'audio')),
];

export const assumedBots: AssumedObject = {
  schema: botShape,
  needed: ['id', 'is_self'],
  known: ['name', 'client_id', 'avatar_url', ...times, 'deactivated_at', 'is_active', 'is_system', 'events'],
  words: [words('roles', oneOf('distributor', 'responsible', 'hidden'), 'the setting botRoles')],
  follows,
};

export const assumedCommands: AssumedObject = {
  schema: commandShape,
  needed: ['id', 'name'],
  known: ['description', ...times],
  words: [],
  follows,
};

export const assumedBotChannels: AssumedObject = {
  schema: botChannelShape,
  needed: ['id', 'type'],
  known: ['name', 'settings', 'is_active', 'activated_at', 'deactivated_at', ...times],
  words: [words('type', channelType, newChannelType)],
  follows,
};

export const assumedUsers: AssumedObject = {
  schema: userShape,
  needed: ['id'],
  known: [
    ...['external_id', 'username', 'first_name', 'last_name', 'avatar_url', 'available', 'connected', 'is_active'],
    ...['is_online', 'is_technical_account', 'revoked_at', ...times],
  ],
  words: [],
  follows,
};

export const assumedChats: AssumedObject = {
  schema: chatShape,
  needed: ['id', 'channel.id', 'customer.id'],
  known: [
    ...['author_id', 'avatar', 'name', 'last_activity', 'last_message', 'last_user_message', 'members', 'unread'],
    ...['not_read_messages', 'reply_deadline', 'waiting_level_transition_time', ...times],
    ...inside('channel', channelFields),
    ...inside('customer', actorFields),
    ...inside('last_dialog', ['id', 'created_at', 'closed_at', 'assigned_at', 'utm']),
    ...inside('last_dialog.responsible', actorFields),
  ],
  words: [
    words('channel.type', channelType, newChannelType),
    words('customer.type', actorType),
    words('last_dialog.responsible.type', actorType),
    words('waiting_level', oneOf('none', 'warning', 'danger')),
  ],
  follows,
};

export const assumedMembers: AssumedObject = {
  schema: memberShape,
  needed: ['id', 'chat_id', 'user_id'],
  known: ['is_author', ...times],
  words: [words('state', oneOf('active', 'kicked', 'leaved'))],
  follows,
};

export const assumedCustomers: AssumedObject = {
  schema: customerShape,
  needed: ['id'],
  known: [
    ...['external_id', 'channel_id', 'username', 'first_name', 'last_name', 'avatar_url', 'profile_url', 'country'],
    ...['language', 'phone', 'email', 'is_blocked', 'revoked_at', 'utm', ...times],
  ],
  words: [],
  follows,
};

export const assumedDialogs: AssumedObject = {
  schema: dialogShape,
  needed: ['id', 'chat_id'],
  known: [
    ...['begin_message_id', 'ending_message_id', 'bot_id', 'closed_at', 'is_active', 'is_assigned', 'utm', ...times],
    ...inside('responsible', ['id', 'type', 'external_id', 'assigned_at']),
    'tags.name',
  ],
  words: [
    words('responsible.type', oneOf('user', 'bot'), signals),
    words(
      'tags.color_code',
      oneOf(
        ...['light-red', 'light-blue', 'light-green', 'light-orange', 'light-gray', 'light-grayish-blue'],
        ...['red', 'blue', 'green', 'orange', 'gray', 'grayish-blue'],
      ),
    ),
  ],
  follows,
};

export const assumedMessages: AssumedObject = {
  schema: messageShape,
  needed: ['id', 'chat_id', 'type', 'scope', 'time'],
  known: [...messageFields, 'channel_id', 'channel_sent_at'],
  words: messageWords,
  follows,
};

export const assumedOwnChannels: AssumedObject = {
  schema: channelShape,
  needed: ['id', 'type', 'is_active'],
  known: ['external_id', 'name', 'settings', 'activated_at', 'deactivated_at', ...times],
  words: [words('type', channelType, newChannelType)],
  follows,
};

export const assumedTemplates: AssumedObject = {
  schema: templateShape,
  needed: ['code'],
  known: [
    ...['id', 'channel_id', 'name', 'enabled', 'type', 'template', 'body', 'lang', 'category', 'example', 'footer'],
    ...['header', 'buttons', 'verification_status', 'quality', 'rejection_reason', ...times],
  ],
  words: [],
  follows:
    'templateShape in src/brains/messagegateway/api/mg-shapes.ts; src/brains/messagegateway/inbound/templates.ts',
};
