/** Sends outgoing messages and their changes to the transport by webhook, and updates the messages from its answers. */
import { z } from 'zod';
import type { WebhookResult } from '../../kit/webhook-sender.ts';
import type { ChatRecord, Json, MessageRecord } from '../records.ts';
import type { AccountState } from '../state.ts';
import { preciseNow } from '../time-format.ts';
import { allows } from './channel-rules.ts';
import { linkChat, linkCustomer } from './chats.ts';
import { setExternalId } from './record-message.ts';
import { tellMessage } from './tell-bots.ts';

const optionalText = z.string().nullish();

const sentAnswer = z.object({
  async: z.boolean().nullish(),
  external_message_id: optionalText,
  external_chat_id: optionalText,
  external_customer_id: optionalText,
  error: z.object({ code: optionalText, message: optionalText, external_code: optionalText }).nullish(),
});

const TRANSPORT_CODES = ['general', 'customer_not_exists', 'reply_timed_out', 'spam_suspicion', 'access_restricted'];

interface Parties {
  readonly chat: ChatRecord;
  readonly externalUserId: string;
}

function partiesOf(account: AccountState, message: MessageRecord): Parties | null {
  const chat = account.chats.get(message.chatId);
  const customer = chat === undefined ? undefined : account.customers.get(chat.customerId);
  return chat === undefined || customer === undefined ? null : { chat, externalUserId: customer.externalId };
}

function authorData(account: AccountState, message: MessageRecord): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  if (message.from?.type === 'user') {
    const user = account.users.get(message.from.id);
    if (user !== undefined) {
      data['user'] = { id: user.id, first_name: user.firstName, last_name: user.lastName, avatar: '' };
    }
  } else if (message.from?.type === 'bot') {
    const bot = account.bots.get(message.from.id);
    if (bot !== undefined) data['bot'] = { id: bot.id, name: bot.name, avatar: bot.avatarUrl };
  }
  return data;
}

function contentData(account: AccountState, message: MessageRecord): Record<string, unknown> {
  const data: Record<string, unknown> = { type: message.type, content: message.content };
  if (message.items.length > 0) {
    const isShown = message.note !== '' && account.gateway.options.webhookMediaNote === 'content';
    data['content'] = isShown ? message.note : null;
    data['items'] = message.items.flatMap(({ id, caption }) => {
      const file = account.files.get(id);
      return file === undefined ? [] : [{ id, size: file.content.length, caption }];
    });
  }
  if (message.order !== null) data['order'] = message.order;
  if (message.product !== null) data['product'] = message.product;
  if (message.templateCode !== null) data['template'] = templateData(message);
  if (message.suggestions.length > 0) data['attachments'] = { suggestions: message.suggestions };
  return data;
}

/** The header of a template with files repeats the items of the message. */
function templateData({ templateCode, items, type, content }: MessageRecord): Json {
  const attachments = items.map(({ id, caption }) => ({ id, caption }));
  const header = attachments.length === 0 ? {} : { header: { type, attachments } };
  return { code: templateCode, variables: { ...header, body: { args: content === null ? [] : [content] } } };
}

function sentData(account: AccountState, message: MessageRecord, { chat, externalUserId }: Parties): Json {
  const quoted = message.quoteId === null ? undefined : account.messages.get(message.quoteId);
  const customer = account.customers.get(chat.customerId);
  return {
    external_user_id: externalUserId,
    external_chat_id: chat.externalChatId,
    channel_id: message.channelId,
    id: message.id,
    ...contentData(account, message),
    quote_external_id: quoted?.externalId ?? null,
    quote_content: quoted?.content ?? null,
    in_app_id: message.inAppId,
    ...authorData(account, message),
    customer: {
      first_name: customer?.firstName ?? '',
      last_name: customer?.lastName ?? '',
      avatar: customer?.avatar ?? '',
    },
  };
}

/** Marks the message as failed and tells the bots. */
export function failMessage(account: AccountState, message: MessageRecord, code: string, text?: string | null): void {
  message.status = 'failed';
  message.awaitsAck = false;
  message.error = typeof text === 'string' && text !== '' ? { code, message: text } : { code };
  message.updatedAt = preciseNow();
  tellMessage(account, 'message_updated', message);
}

/** Marks the message as sent, with its id in the messenger. */
export function finishSending(account: AccountState, message: MessageRecord, externalId: string | null): void {
  message.awaitsAck = false;
  message.status = 'sent';
  message.channelSentAt = preciseNow();
  message.updatedAt = message.channelSentAt;
  if (externalId !== null && externalId !== '') setExternalId(account, message, externalId);
  tellMessage(account, 'message_updated', message);
}

function awaitAck(account: AccountState, message: MessageRecord): void {
  message.awaitsAck = true;
  setTimeout(() => {
    if (message.awaitsAck) failMessage(account, message, 'async_send_timeout');
  }, account.gateway.patience.ackTimeoutMs).unref();
}

type SentAnswer = z.infer<typeof sentAnswer>;

/** Why the answer means that the message was not delivered; null when it was. */
function failureIn(result: WebhookResult, answer: SentAnswer | null): { code: string; text?: string | null } | null {
  if (result.outcome !== 'answered') return { code: result.outcome };
  if (answer === null) return { code: 'malformed_response' };
  if (answer.error !== null && answer.error !== undefined) {
    const code = answer.error.code ?? '';
    return { code: TRANSPORT_CODES.includes(code) ? code : 'general', text: answer.error.message ?? null };
  }
  const status = result.status ?? 0;
  if (status >= 500) return { code: 'network_error' };
  return status >= 300 ? { code: 'general' } : null;
}

function takeSentAnswer(account: AccountState, message: MessageRecord, result: WebhookResult): void {
  // An acknowledgement may arrive before the answer to the webhook.
  if (message.status !== 'sending') return;
  const answer = sentAnswer.safeParse(result.body).data ?? null;
  const failure = failureIn(result, answer);
  if (failure !== null || answer === null) {
    failMessage(account, message, failure?.code ?? 'malformed_response', failure?.text);
    return;
  }
  const chat = account.chats.get(message.chatId);
  if (chat !== undefined && answer.external_chat_id) linkChat(account, chat, answer.external_chat_id);
  if (chat !== undefined && answer.external_customer_id) linkCustomer(account, chat, answer.external_customer_id);
  if (answer.async === true) awaitAck(account, message);
  else finishSending(account, message, answer.external_message_id ?? null);
}

/** Sends message_sent; resolves when the answer has been processed. */
export async function deliverMessage(account: AccountState, message: MessageRecord): Promise<void> {
  const parties = partiesOf(account, message);
  if (parties === null) return failMessage(account, message, 'unknown');
  const data = sentData(account, message, parties);
  const lane = `chat ${message.chatId}`;
  const order = { account, channelId: message.channelId, lane, type: 'message_sent', data };
  takeSentAnswer(account, message, await account.gateway.webhooks.send(order));
}

/** The fields that identify the message to the transport. */
function identityData(account: AccountState, message: MessageRecord): Json | null {
  const parties = partiesOf(account, message);
  if (parties === null || message.externalId === null) return null;
  return {
    external_user_id: parties.externalUserId,
    external_chat_id: parties.chat.externalChatId,
    channel_id: message.channelId,
    external_message_id: message.externalId,
  };
}

const CHANGES = {
  message_updated: { kind: null, deed: 'editing' },
  message_deleted: { kind: null, deed: 'deleting' },
  message_read: { kind: 'status', deed: 'read' },
  reaction_add: { kind: null, deed: 'reaction' },
  reaction_delete: { kind: null, deed: 'reaction' },
} as const;

/** Sends a change of a message, if the transport knows the message and its channel takes such changes. */
export async function deliverChange(
  account: AccountState,
  message: MessageRecord,
  type: keyof typeof CHANGES,
  extra: Json = {},
): Promise<void> {
  const { kind, deed } = CHANGES[type];
  const settings = account.channels.get(message.channelId)?.settings ?? {};
  const identity = identityData(account, message);
  const isWanted =
    !account.gateway.options.enforceChannelSettings || allows(settings, kind ?? message.type, deed, 'receive');
  if (identity === null || !isWanted) return;
  const content = type === 'message_updated' ? contentData(account, message) : {};
  const data = { ...identity, ...content, ...extra };
  await account.gateway.webhooks.send({
    account,
    channelId: message.channelId,
    lane: `chat ${message.chatId}`,
    type,
    data,
  });
}
