/** The webhook "All messages" of Selarti: twenty documented fields, none of whose types is documented. */
import { z } from 'zod';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';
import type { SelartiConfig } from '../config.ts';
import { type FlagName, flagNames } from '../conversation-state.ts';
import { isYes, lineOf, textOf, wordOf } from './loose-values.ts';

/** Who wrote the message. `user` is what we sent, coming back. */
export type MessageType = 'bot' | 'operator' | 'user' | 'unknown';

export interface Webhook {
  /** The kind of webhook as Selarti calls it; kept for the log, because its values are not documented. */
  readonly kind: string;
  readonly messageId: string;
  readonly text: string;
  readonly type: MessageType;
  /** The value of `message_type`, for the log. */
  readonly typeWord: string;
  /** The `chat_id` that we sent: the conversation. */
  readonly chatId: string;
  readonly taskId: string;
  readonly flags: ReadonlySet<FlagName>;
  /** What Selarti has learnt of the customer, as one line; empty for nothing. */
  readonly contacts: string;
  /** A web address, like `shareUrl`; empty where there is none. */
  readonly panelUrl: string;
  readonly shareUrl: string;
  /** Flags, and `contacts`, that an earlier webhook of the conversation brought already. Written by `receive`. */
  readonly known: ReadonlySet<string>;
}

export type WebhookWords = Pick<SelartiConfig, 'botWords' | 'operatorWords' | 'userWords' | 'yesWords'>;

const bodySchema = z.record(z.string(), z.unknown());
type Body = z.output<typeof bodySchema>;

const types: readonly (readonly [MessageType, keyof WebhookWords, readonly string[]])[] = [
  ['user', 'userWords', ['user', 'пользователь', 'client', 'клиент', 'customer']],
  ['operator', 'operatorWords', ['operator', 'оператор', 'manager', 'менеджер', 'employee', 'сотрудник']],
  ['bot', 'botWords', ['bot', 'бот', 'ai', 'ии', 'assistant', 'ассистент']],
];

/** Stands in `known` where the dialogue was closed when the customer wrote. */
export const closedBefore = 'closed before';

/** Name of the field in which `receive` stores `known`; Selarti's own fields have no such names. */
const knownField = 'bot bridge: known';

const maxContacts = 500;
const maxUrl = 1_000;

/** Null for a body that is not a JSON object. */
export function readWebhook(body: Buffer, words: WebhookWords): Webhook | null {
  const read = readBody(body);
  return read === null ? null : toWebhook(read, words);
}

/** The body with `known`, which `decode` will read. Nobody outside can set it: a value that came in its place is replaced. */
export function withKnown(body: Buffer, known: readonly string[]): Buffer {
  const read = readBody(body);
  if (read === null || (known.length === 0 && !Object.hasOwn(read, knownField))) return body;
  return Buffer.from(JSON.stringify({ ...read, [knownField]: known }));
}

/** The body as Selarti sent it, without what `receive` has added; null for a body that is not a JSON object. */
export function documentedBody(body: Buffer): Readonly<Record<string, unknown>> | null {
  const { [knownField]: _added, ...sent } = readBody(body) ?? {};
  return Object.keys(sent).length === 0 ? null : sent;
}

function readBody(body: Buffer): Body | null {
  return bodySchema.safeParse(jsonOrUndefined(body)).data ?? null;
}

function toWebhook(body: Body, words: WebhookWords): Webhook {
  const typeWord = wordOf(body['message_type']);
  const known = z.array(z.string()).max(20).safeParse(body[knownField]).data ?? [];
  return {
    kind: textOf(body['wh_type']).slice(0, 100),
    messageId: textOf(body['message_id']).trim(),
    text: textOf(body['message_text']).trim(),
    type: typeOf(typeWord, words),
    typeWord,
    chatId: textOf(body['external_chat_id']).trim(),
    taskId: textOf(body['task_id']).trim(),
    flags: new Set(flagNames.filter((name) => isYes(body[name], words.yesWords))),
    contacts: lineOf(body['contacts'], maxContacts),
    panelUrl: webAddress(body['panel_url']),
    shareUrl: webAddress(body['share_url']),
    known: new Set(known),
  };
}

/** Whether some list of words has this `message_type`. */
export function isKnownType(value: unknown, words: WebhookWords): boolean {
  return typeOf(wordOf(value), words) !== 'unknown';
}

function typeOf(word: string, words: WebhookWords): MessageType {
  const isOneOf = (list: readonly string[]): boolean => list.some((one) => wordOf(one) === word);
  const found = types.find(([, key, usual]) => isOneOf(words[key]) || isOneOf(usual));
  return found?.[0] ?? 'unknown';
}

/** The web address; empty for anything else, because a link in a note must be safe to press. */
function webAddress(value: unknown): string {
  const text = textOf(value)
    .slice(0, maxUrl + 1)
    .trim();
  return text.length <= maxUrl && /^https?:\/\/[\x21-\x7e]+$/i.test(text) ? text : '';
}
