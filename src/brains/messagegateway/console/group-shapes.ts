/** What is read of a MessageGateway message that is to be shown in a group. */
import { z } from 'zod';
import { orderShape, productShape } from '../api/webhook-shapes.ts';

const text = z.union([z.string(), z.number().transform(String)]).nullish();

export const groupMessageShape = z.object({
  id: z.int(),
  chat_id: z.int(),
  type: text,
  scope: text,
  content: text,
  note: text,
  is_edit: z.boolean().nullish(),
  status: text,
  error: z.object({ code: text, message: text }).nullish(),
  from: z.object({ id: z.int().nullish(), type: text, name: text }).nullish(),
  items: z.array(z.object({ id: text, caption: text, kind: text, size: z.number().nullish() })).nullish(),
  product: productShape.nullish(),
  order: orderShape.nullish(),
  quote: z.object({ content: text }).nullish(),
});

export type GroupMessage = z.output<typeof groupMessageShape>;

/** How the message is to be shown; added to the frame when it is stored. */
export const showingShape = z.object({
  what: z.enum(['new', 'edited', 'deleted', 'restored', 'failed', 'command']),
  customer: z.string(),
  channel: z.string(),
  /** The message in Bitrix24 this is about; null: it is not known. */
  portalMessageId: z.string().nullable(),
});

export type Showing = z.output<typeof showingShape>;

/** A stored frame for a group. */
export const groupFrameShape = z.object({ message: groupMessageShape, showing: showingShape });
