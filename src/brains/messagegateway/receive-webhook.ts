/** Judges a webhook at the door: is it from our account, about our channel, and does it concern a conversation? Reads no more than that. */
import type { DoorRequest, DoorVerdict } from '../../core/connector.ts';
import { sameDigest, sha256 } from '../../lib/encryption.ts';
import type { JoinedConfig } from './config.ts';
import { isForCustomers } from './decode-webhook.ts';
import { type Envelope, type MessageData, messageDataShape, readEnvelope } from './webhook-shapes.ts';
import { wordsOf } from './words.ts';

/** Types that change or tell something about a message; the answer to them is an empty object (dossier C.7.1). */
const changes = new Set(['message_updated', 'message_deleted', 'message_read']);

/** Webhooks carry no signature (trap X-01): besides the secret address, the client id and the channel have to be ours. */
export function receiveWebhook(request: DoorRequest, config: JoinedConfig): DoorVerdict {
  const { clientId, channelId } = config.joined;
  if (!sameDigest(sha256(request.headers['clientid'] ?? ''), sha256(clientId))) {
    return { refuse: 403, reason: 'the ClientId header is not that of this connection' };
  }
  const envelope = readEnvelope(request.body);
  if (envelope === null) return { refuse: 400, reason: 'the body is no webhook of MessageGateway' };
  const isMessage = envelope.type === 'message_sent' || changes.has(envelope.type);
  // Reactions and templates, and whatever comes to be invented, change nothing in Bitrix24.
  if (!isMessage) return { accept: [] };
  const data = messageDataShape.safeParse(envelope.data);
  if (!data.success) return { refuse: 400, reason: `a ${envelope.type} without the fields of one` };
  if (data.data.channel_id !== channelId) return { refuse: 400, reason: 'the channel is not that of this connection' };
  return envelope.type === 'message_sent'
    ? messageSent(request, envelope, data.data, config)
    : change(request, envelope, data.data);
}

function messageSent(request: DoorRequest, envelope: Envelope, data: MessageData, config: JoinedConfig): DoorVerdict {
  if (!isForCustomers(data)) return { accept: [], answer: { async: false } };
  const ref = conversationOf(data);
  if (ref === '') {
    // A manager writes to somebody who has never written: Bitrix24 knows no such chat (trap B-13).
    const message = wordsOf(config.language).notShown.no_chat;
    return { accept: [], answer: { async: false, error: { code: 'customer_not_exists', message } } };
  }
  const hasId = data.id !== null && data.id !== undefined;
  const key = hasId ? String(data.id) : digest(envelope, request.body);
  const accept = [{ conversation: { ref }, dedupeKey: `message_sent:${key}`, body: request.body }];
  // Without an id there is nothing a later receipt could name (trap I-12).
  return { accept, answer: { async: hasId } };
}

function change(request: DoorRequest, envelope: Envelope, data: MessageData): DoorVerdict {
  const ref = conversationOf(data);
  if (ref === '') return { accept: [] };
  const what = data.external_message_id ?? '';
  // A message can be edited many times, so its content and moment count; deleted and read it is once.
  const key = envelope.type === 'message_updated' ? `${what}:${digest(envelope, request.body)}` : what;
  return { accept: [{ conversation: { ref }, dedupeKey: `${envelope.type}:${key}`, body: request.body }] };
}

/** Both ids of a conversation of ours are our own name of it. */
function conversationOf(data: MessageData): string {
  return data.external_chat_id || data.external_user_id || '';
}

function digest(envelope: Envelope, body: Buffer): string {
  return sha256(`${envelope.meta?.timestamp ?? ''} ${body.toString('utf8')}`)
    .toString('hex')
    .slice(0, 32);
}
