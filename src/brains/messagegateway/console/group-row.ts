/** The rows the console stores for a group: a message of MessageGateway, and how it is to be shown there. */
import { z } from 'zod';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';
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

const showingShape = z.object({
  what: z.enum(['new', 'edited', 'deleted', 'restored', 'failed', 'command']),
  customer: z.string(),
  channel: z.string(),
  /** The message in Bitrix24 this is about; null: it is not known. */
  portalMessageId: z.string().nullable(),
});

/** How a message is to be shown. */
export type Showing = z.output<typeof showingShape>;

/** No envelope of MessageGateway has this key: the listener stores only `type`, `meta` and `data` of a frame. */
const markShape = z.object({ console: z.unknown() });

const rowShape = z.object({ message: groupMessageShape, showing: showingShape });

/** The body of a row. `message` is stored as MessageGateway sent it. */
export function writeGroupRow(message: unknown, showing: Showing): Buffer {
  return Buffer.from(JSON.stringify({ console: { message, showing } }));
}

/** Reads what `writeGroupRow` wrote: null for the body of another row, `unreadable` for a row with a message that cannot be shown. */
export function readGroupRow(body: Buffer): z.output<typeof rowShape> | 'unreadable' | null {
  const marked = markShape.safeParse(jsonOrUndefined(body));
  if (!marked.success || marked.data.console === undefined) return null;
  return rowShape.safeParse(marked.data.console).data ?? 'unreadable';
}

/** Prefix of the names of messages shown in groups. It tells their receipts from those for messages of our channels. */
const shownPrefix = 'group:';

export function shownName(messageId: number): string {
  return `${shownPrefix}${messageId}`;
}

export function isShownName(remoteMessageId: string): boolean {
  return remoteMessageId.startsWith(shownPrefix);
}

/** MessageGateway's id of a shown message, by its name. */
export function shownMessageId(remoteMessageId: string): string {
  return remoteMessageId.slice(shownPrefix.length);
}
