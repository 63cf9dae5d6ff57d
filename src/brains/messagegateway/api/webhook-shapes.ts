/**
 * What we read of transport webhooks (docs/platform-notes/messagegateway.md#webhook-types), in their old and new spellings. Absent and null
 * mean the same.
 */

import { z } from 'zod';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';

const text = z.union([z.string(), z.number().transform(String)]).nullish();

const cost = z.object({ value: z.number().nullish(), currency: text }).nullish();
/** A status is a name or an object with a name. */
const status = z
  .union([
    z.string().transform((name) => ({ name, payed: null, paid: null })),
    z.object({ name: text, payed: z.boolean().nullish(), paid: z.boolean().nullish() }),
  ])
  .nullish();
const quantity = z.object({ value: z.number().nullish(), unit: text }).nullish();

export const productShape = z.object({ name: text, article: text, url: text, img: text, cost, unit: text, quantity });

const payment = z.object({ name: text, amount: cost, status });

export const orderShape = z.object({
  number: text,
  url: text,
  cost,
  discount: cost,
  status,
  delivery: z.object({ name: text, address: text, price: cost }).nullish(),
  payments: z.array(payment).nullish(),
  // The key that the old Bot client uses.
  payment: z.array(payment).nullish(),
  items: z.array(z.object({ name: text, url: text, img: text, price: cost, quantity })).nullish(),
});

export const suggestionShape = z.object({ type: text, title: text, payload: text });

const item = z.object({ id: z.string(), caption: text, size: z.number().nullish() });

/** A message made from a template. Besides its text it may have files in its header. */
const templateShape = z.object({
  code: text,
  variables: z.object({ header: z.object({ attachments: z.array(item).nullish() }).nullish() }).nullish(),
});

/** Data of message_sent and message_updated. */
export const messageDataShape = z.object({
  id: z.int().nullish(),
  channel_id: z.int().nullish(),
  external_chat_id: text,
  external_user_id: text,
  external_message_id: text,
  type: text,
  scope: text,
  content: text,
  note: text,
  quote_external_id: text,
  /** The manager who wrote the message; absent when a bot wrote it. */
  user: z.object({}).nullish().catch(null),
  items: z.array(item).nullish(),
  product: productShape.nullish(),
  order: orderShape.nullish(),
  template: templateShape.nullish().catch({ code: null }),
  attachments: z.object({ suggestions: z.array(suggestionShape).nullish() }).nullish(),
});

const reactions = z
  .array(z.object({ reaction: text }))
  .nullish()
  .catch(null);

/** Data of reaction_add and reaction_delete: `all_reactions` are those the message has now. */
export const reactionDataShape = z.object({
  channel_id: z.int().nullish(),
  external_chat_id: text,
  external_user_id: text,
  external_message_id: text,
  new_reaction: text,
  old_reaction: text,
  all_reactions: reactions,
});

/** The envelope of webhooks and socket frames. */
export const envelopeShape = z.object({
  type: z.string(),
  meta: z.object({ timestamp: z.number().nullish() }).nullish(),
  data: z.record(z.string(), z.unknown()),
});

/**
 * A frame as the listener stores it: MessageGateway's `type`, `meta` and `data`, no other keys of the frame, and beside them what the
 * listener itself has found out.
 */
const listenerFrameShape = envelopeShape.extend({
  /** This change of tags put the handover tag on the dialog. */
  handoverTag: z.literal(true).optional(),
});

export type ListenerFrame = z.output<typeof listenerFrameShape>;

export type MessageData = z.output<typeof messageDataShape>;
export type ProductData = z.output<typeof productShape>;
export type OrderData = z.output<typeof orderShape>;
export type Suggestion = z.output<typeof suggestionShape>;
export type Envelope = z.output<typeof envelopeShape>;

/** The envelope, or null when the bytes are not one or are nested too deep. */
export function readEnvelope(body: Buffer): Envelope | null {
  return readAs(envelopeShape, body);
}

/** The frame in a row of the listener, or null. */
export function readListenerFrame(body: Buffer): ListenerFrame | null {
  return readAs(listenerFrameShape, body);
}

function readAs<T>(shape: z.ZodType<T>, body: Buffer): T | null {
  return shape.safeParse(jsonOrUndefined(body)).data ?? null;
}
