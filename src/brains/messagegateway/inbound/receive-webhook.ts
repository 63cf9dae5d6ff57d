/** Checks a webhook at the endpoint: is it from our account, for our channel, and about a conversation? Reads no more than that. */
import type { Receipt } from '../../../core/actions.ts';
import type { IngressResult, WebhookRequest } from '../../../core/connector.ts';
import { sameDigest, sha256 } from '../../../lib/encryption.ts';
import type { SendingErrorCode } from '../api/transport-api.ts';
import { type Envelope, type MessageData, messageDataShape, readEnvelope } from '../api/webhook-shapes.ts';
import type { OwnChannels } from '../channels/own-channels.ts';
import type { JoinedConfig } from '../config.ts';
import { sendingResult } from '../outbound/receipts.ts';
import { managerTexts } from '../texts/manager-texts.ts';
import { decodeWebhook, isForCustomers } from './decode-webhook.ts';
import { channelOfTemplate, isAboutTemplate, takeTemplate } from './templates.ts';

type Language = JoinedConfig['language'];

/** Types about an existing message; the answer to them is an empty object. */
const changes = new Set(['message_updated', 'message_deleted', 'message_read', 'reaction_add', 'reaction_delete']);

/** Types that can occur several times for one message. */
const repeated = new Set(['message_updated', 'reaction_add', 'reaction_delete']);

/** A result; `foreignChannel` is the unknown channel that caused a refusal. */
export type Judged = IngressResult & { readonly foreignChannel?: number };

/** `receiveWebhook` with all channels of the connection, even those that another process has just created. */
export async function receiveInto(
  request: WebhookRequest,
  config: JoinedConfig,
  channels: Pick<OwnChannels, 'isOurs'>,
): Promise<IngressResult> {
  const { foreignChannel, ...verdict } = receiveWebhook(request, config);
  if (foreignChannel === undefined || !(await channels.isOurs(foreignChannel))) return verdict;
  return receiveWebhook(request, config, (channelId) => channelId === foreignChannel);
}

/**
 * Webhooks are not signed: besides the secret address, the client id and the channel have to be ours
 * (docs/platform-notes/messagegateway.md#webhook-trust).
 */
export function receiveWebhook(
  request: WebhookRequest,
  config: JoinedConfig,
  isOurs = (channelId: number): boolean => channelId === config.joined.channelId,
): Judged {
  const { clientId } = config.joined;
  if (!sameDigest(sha256(request.headers['clientid'] ?? ''), sha256(clientId))) {
    return { refuse: 403, reason: 'the ClientId header is not that of this connection' };
  }
  const envelope = readEnvelope(request.body);
  if (envelope === null) return { refuse: 400, reason: 'the body is no webhook of MessageGateway' };
  const { type } = envelope;
  if (isAboutTemplate(type)) return ofTemplate(envelope, config, isOurs);
  if (type !== 'message_sent' && !changes.has(type)) {
    // A type this version does not know.
    return { accept: [], remark: `a ${type} of MessageGateway changes nothing in Bitrix24` };
  }
  const data = messageDataShape.safeParse(envelope.data);
  if (!data.success) return refusal(`a ${type} without the fields of one`, config.language);
  const { channel_id: channelId } = data.data;
  if (typeof channelId !== 'number' || !isOurs(channelId)) return notOurs(channelId, config.language);
  return type === 'message_sent'
    ? messageSent(request, envelope, data.data, config)
    : change(request, envelope, data.data);
}

/** A refusal in the transport's form. Any other answer would be shown to managers as a technical failure. */
function refusal(reason: string, language: Language): IngressResult {
  return { refuse: 400, reason, answer: failed('general', 'bridge.refused', managerTexts(language).notShown.other) };
}

function failed(code: SendingErrorCode, externalCode: string, message: string) {
  return { async: false, error: { code, external_code: externalCode, message } };
}

/** The answer while no webhooks are accepted: the connection is disabled, or the app itself is not available (`unavailable`). */
export function refuseWebhook(reason: string, language: Language): unknown {
  const { notShown } = managerTexts(language);
  return reason === 'unavailable'
    ? failed('access_restricted', 'bridge.unavailable', notShown.away)
    : failed('access_restricted', `bridge.disabled.${reason}`, notShown.disabled);
}

function notOurs(channelId: number | null | undefined, language: Language): Judged {
  const refused = refusal('the channel is not that of this connection', language);
  return typeof channelId === 'number' ? { ...refused, foreignChannel: channelId } : refused;
}

/** An unreadable template is refused in a form that managers see. */
function ofTemplate(
  envelope: Envelope,
  { joined, language }: JoinedConfig,
  isOurs: (channelId: number) => boolean,
): Judged {
  const channelId = channelOfTemplate(envelope);
  if (channelId === null || !isOurs(channelId)) return notOurs(channelId, language);
  return takeTemplate(envelope, joined.channelId) ?? refusal(`a ${envelope.type} without the fields of one`, language);
}

function messageSent(
  request: WebhookRequest,
  envelope: Envelope,
  data: MessageData,
  config: JoinedConfig,
): IngressResult {
  if (!isForCustomers(data)) return { accept: [], answer: { async: false } };
  const unknown = failed('customer_not_exists', 'bridge.no_chat', managerTexts(config.language).notShown.no_chat);
  const ref = conversationOf(data);
  if (ref === '') {
    // A manager writes to a customer who has never written: there is no such chat in Bitrix24.
    return { accept: [], answer: unknown };
  }
  if (decodeWebhook(envelope, config).length === 0) {
    const { notShown } = managerTexts(config.language);
    const answer = data.template
      ? failed('general', 'bridge.unknown_template', notShown.template)
      : failed('general', 'bridge.empty_message', notShown.empty);
    return { accept: [], answer, remark: 'a message of MessageGateway had nothing in it that Bitrix24 could show' };
  }
  const hasId = data.id !== null && data.id !== undefined;
  const key = hasId ? String(data.id) : digest(envelope, request.body);
  const accept = [{ conversation: { ref }, dedupeKey: `message_sent:${key}`, body: request.body }];
  // Without an id no later receipt could name the message.
  if (!hasId) return { accept, answer: { async: false }, answerIfUnknown: unknown };
  const waits = {
    remoteMessageId: key,
    withinMs: config.answerWithinMs,
    answer: (receipt: Receipt) => sendingResult(receipt, config.language),
  };
  return { accept, answer: { async: true }, answerIfUnknown: unknown, replyWait: waits };
}

function change(request: WebhookRequest, envelope: Envelope, data: MessageData): IngressResult {
  const ref = conversationOf(data);
  if (ref === '') return { accept: [] };
  const what = data.external_message_id ?? '';
  // A message is deleted once and read once. Edits and reactions may repeat, so their content and time are part of the key.
  const key = repeated.has(envelope.type) ? `${what}:${digest(envelope, request.body)}` : what;
  const accept = [{ conversation: { ref }, dedupeKey: `${envelope.type}:${key}`, body: request.body }];
  return { accept, answerIfUnknown: {} };
}

/** The conversation's ref: it is the external id of both the chat and the customer. */
function conversationOf(data: MessageData): string {
  return data.external_chat_id || data.external_user_id || '';
}

function digest(envelope: Envelope, body: Buffer): string {
  return sha256(`${envelope.meta?.timestamp ?? ''} ${body.toString('utf8')}`)
    .toString('hex')
    .slice(0, 32);
}
