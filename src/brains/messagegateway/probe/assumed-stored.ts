/** What the app assumes of the webhooks and socket frames that it has stored (docs/platform-notes/messagegateway.md#webhook-types). */
import type { AssumedObject, StoredAssumption } from '../../../core/brain-probe.ts';
import { messageShape } from '../api/mg-shapes.ts';
import { messageDataShape, reactionDataShape, readEnvelope } from '../api/webhook-shapes.ts';
import { forCustomers, messageFields, messageScopes, messageTypes, messageWords } from './assumed-lists.ts';

const follows =
  'src/brains/messagegateway/api/webhook-shapes.ts reads it; sandbox/messagegateway/talk/deliver.ts sends it';
const place = ['channel_id', 'external_chat_id', 'external_user_id'];

/** A message of a manager or bot; only some versions send its scope. */
const content: Pick<AssumedObject, 'schema' | 'words' | 'follows'> = {
  schema: messageDataShape,
  words: [
    { path: 'type', isKnown: messageTypes, follows: forCustomers },
    { path: 'scope', isKnown: messageScopes, follows: forCustomers },
    {
      path: 'attachments.suggestions.type',
      isKnown: (value) => ['text', 'email', 'phone', 'url'].includes(String(value)),
      follows: 'src/brains/messagegateway/inbound/suggestions.ts',
    },
  ],
  follows,
};
const contentFields = [
  'content',
  'note',
  'order',
  'product',
  'template',
  'items',
  'quote_external_id',
  'quote_content',
].concat(['attachments.suggestions.title', 'attachments.suggestions.payload', 'user', 'bot', 'customer', 'in_app_id']);

const change: AssumedObject = {
  schema: messageDataShape,
  needed: [...place, 'external_message_id'],
  known: ['id'],
  words: [],
  follows,
};
const reaction: AssumedObject = {
  schema: reactionDataShape,
  needed: [...place, 'external_message_id'],
  known: ['id', 'new_reaction', 'old_reaction', 'all_reactions'],
  words: [],
  follows: 'src/brains/messagegateway/inbound/decode-webhook.ts (reactions)',
};
const frameFile = 'src/brains/messagegateway/inbound/signals.ts';
const message: AssumedObject = {
  schema: messageShape,
  needed: ['id', 'chat_id', 'type', 'scope'],
  known: [...messageFields, 'time', 'edited_at', 'reactions', 'chat', 'channel_id'],
  words: messageWords,
  follows: frameFile,
};
const dialog: AssumedObject = {
  needed: ['id', 'responsible.id'],
  known: [
    ...['begin_message_id', 'ending_message_id', 'created_at', 'closed_at', 'assigned_at', 'utm', 'chat', 'chat_id'],
    ...['responsible.assigned_at', 'responsible.external_id'],
  ],
  words: [
    {
      path: 'responsible.type',
      isKnown: (value) => value === 'user' || value === 'bot',
      follows: `kindOfAssignment in ${frameFile}`,
    },
  ],
  follows: frameFile,
};

export const assumedStored: StoredAssumption = {
  // What the listener fetched is left out: the questions about lists compare it. The console's own rows have no envelope.
  read({ body, ingress }) {
    const envelope = ingress === 'catch_up' ? null : readEnvelope(body);
    if (envelope === null) return null;
    const { type, data } = envelope;
    const kind = ingress === 'webhook' ? `webhooks ${type}` : `frames ${type}`;
    return { kind, object: ingress === 'webhook' ? data : (data['message'] ?? data['dialog'] ?? data) };
  },
  kinds: {
    'webhooks message_sent': { ...content, needed: [...place, 'type'], known: [...contentFields, 'id'] },
    'webhooks message_updated': {
      ...content,
      needed: [...place, 'external_message_id', 'type'],
      known: [...contentFields, 'id'],
    },
    'webhooks message_deleted': change,
    'webhooks message_read': change,
    'webhooks reaction_add': reaction,
    'webhooks reaction_delete': reaction,
    'frames message_new': message,
    'frames message_updated': message,
    'frames dialog_assign': dialog,
    'frames dialog_closed': { ...dialog, needed: ['id'], known: [...dialog.known, 'responsible.id'] },
  },
  unknownFollows: `${frameFile}, src/brains/messagegateway/inbound/decode-webhook.ts`,
};
