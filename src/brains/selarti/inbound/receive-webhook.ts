/**
 * Judges a webhook at the endpoint: is it for our task and about a conversation, is it a repetition, and which of its flags are news? Webhooks
 * are not signed, so besides the secret address the task has to be ours (docs/platform-notes/selarti.md#webhook-trust).
 */
import type { IngressResult } from '../../../core/connector.ts';
import { sameDigest, sha256 } from '../../../lib/encryption.ts';
import type { SelartiContext } from '../context.ts';
import { ConversationState, contactsName, passingFlags } from '../conversation-state.ts';
import { textDigest } from '../outbound/text-digest.ts';
import { decodeWebhook } from './decode-webhook.ts';
import { closedBefore, readWebhook, type Webhook, withKnown } from './webhook.ts';

/** Every `chat_id` of ours has this form. */
const chatIdForm = /^[\w-]{1,64}$/;

/** A `message_id` that can be stored as it is. */
const plainId = /^[\x21-\x7e]{1,100}$/;

/** A webhook without an id that comes again within this time, byte for byte, is a repetition. */
const repeatedSeconds = 600;

export async function receiveWebhook(body: Buffer, context: SelartiContext): Promise<IngressResult> {
  const { config, tools } = context;
  const webhook = readWebhook(body, config);
  if (webhook === null) return { refuse: 400, reason: 'the body is no webhook of Selarti' };
  if (!sameDigest(sha256(webhook.taskId), sha256(config.taskId))) {
    return { refuse: 403, reason: 'the task is not that of this connection' };
  }
  const { chatId: ref } = webhook;
  // Only a name of our form is looked up. Nothing is stored about conversations that are not ours.
  if (!chatIdForm.test(ref) || !(await tools.hasConversation(ref))) {
    return { accept: [], remark: 'a webhook of Selarti names no conversation of ours' };
  }
  const dedupeKey = await dedupeKeyOf(webhook, body, context);
  const known = await remember(webhook, dedupeKey, context);
  await count(webhook, dedupeKey, context);
  // Our own message has come back and says nothing else: `remember` has stored it as a proof.
  const isEchoOnly =
    webhook.type === 'user' && decodeWebhook({ ...webhook, known: new Set(known) }, config).length === 0;
  if (isEchoOnly) return { accept: [] };
  const isUnknown = webhook.type === 'unknown';
  if (isUnknown) tools.count('unknown_types');
  return {
    accept: [{ conversation: { ref }, dedupeKey, body: withKnown(body, known), ifKnown: true }],
    ...(isUnknown ? { remark: `a webhook of Selarti (${logged(webhook)}) has a message type that is not known` } : {}),
  };
}

/** The documented id. Without one, equal webhooks within ten minutes share the key of the first. */
async function dedupeKeyOf({ messageId }: Webhook, body: Buffer, { tools, clock }: SelartiContext): Promise<string> {
  if (messageId !== '') return `id:${plainId.test(messageId) ? messageId : digestOf(messageId)}`;
  const digest = digestOf(body.toString('latin1'));
  const key = `same:${digest}`;
  const first = `same:${digest}:${clock.now().getTime()}`;
  if (await tools.state.claim(key, first, repeatedSeconds)) return first;
  const earlier = await tools.state.get(key);
  return typeof earlier === 'string' ? earlier : first;
}

/** Stores what this webhook tells, and returns which of its flags are known from an earlier webhook. */
async function remember(webhook: Webhook, dedupeKey: string, { tools, clock }: SelartiContext): Promise<string[]> {
  const conversation = await ConversationState.read(tools.state, webhook.chatId);
  if (webhook.type === 'user') await conversation.putEcho(textDigest(webhook.text), clock.now().getTime(), dedupeKey);
  if (webhook.type === 'operator') await conversation.putPanel();
  const known: string[] = [];
  for (const flag of webhook.flags) {
    const isLedFromPanel = flag === 'operator' && isTheirsAlready(webhook, conversation);
    if (isLedFromPanel || !(await conversation.claim(flag, dedupeKey))) known.push(flag);
  }
  if (webhook.contacts !== '' && !(await conversation.claim(contactsName(digestOf(webhook.contacts)), dedupeKey))) {
    known.push('contacts');
  }
  // The customer wrote into a dialogue that had been closed already.
  if (webhook.type === 'user' && conversation.wasClosed) known.push(closedBefore);
  // Only a message of the AI shows that a tag is gone: an echo of our message may arrive after a later webhook.
  if (webhook.type === 'bot') {
    for (const flag of passingFlags) if (!webhook.flags.has(flag)) await conversation.release(flag, dedupeKey);
    if (!webhook.flags.has('close')) await conversation.forgetClosing();
  }
  return known;
}

/** Whether people in Selarti's panel write already: then the tag says that they lead, and calls nobody. */
function isTheirsAlready({ type }: Webhook, { isLedFromPanel }: ConversationState): boolean {
  return type === 'operator' || (type === 'user' && isLedFromPanel);
}

async function count({ type }: Webhook, dedupeKey: string, { tools, use }: SelartiContext): Promise<void> {
  if (type === 'user') return tools.count('echoes');
  if (type !== 'bot' && type !== 'operator') return;
  tools.count('received');
  await use.addReceived(dedupeKey);
}

function digestOf(text: string): string {
  return sha256(text).toString('hex').slice(0, 32);
}

/** Kind and type in a form that is safe in a log line. */
function logged({ kind, typeWord }: Webhook): string {
  const safe = (word: string): string => word.slice(0, 40).replace(/[^\p{L}\p{N}_ .-]/gu, '?');
  return `wh_type ${safe(kind) || '-'}, message_type ${safe(typeWord) || '-'}`;
}
