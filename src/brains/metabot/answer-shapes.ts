/** The shapes of an answer of the script, in a call's response or a webhook. Documented in docs/brains/metabot.md. */
import { z } from 'zod';
import { leadId } from './leads.ts';

/** One line without control characters. */
const line = (max: number) =>
  z
    .string()
    .trim()
    .regex(/^\P{Cc}+$/u)
    .max(max);

/** Ids become keys of stored rows. */
const answerId = line(200);

const webAddress = z
  .string()
  .trim()
  .max(4_000)
  .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text), 'this is no web address');

/** Absent, null and empty mean the same: JavaScript writes all of them. */
const maybe = <S extends z.ZodType>(schema: S) =>
  z.preprocess((given) => (given === null || given === '' ? undefined : given), schema.optional());

export const buttonShape = z.object({
  text: line(200),
  value: maybe(line(1_000)),
  url: maybe(webAddress),
  phone: maybe(z.string().regex(/^\+?[\d ()-]{3,30}$/)),
});

export const cardShape = z.object({
  title: line(500),
  url: maybe(webAddress),
  image: maybe(webAddress),
  facts: maybe(z.array(z.object({ name: line(200), value: z.coerce.string().max(1_000) })).max(30)),
});

export const attachmentShape = z.object({
  url: webAddress,
  name: maybe(line(200)),
  kind: maybe(z.enum(['file', 'image', 'video', 'audio'])),
});

const list = maybe(z.array(z.unknown()));

/** `true`, or the reason as text. */
const flag = z.union([z.boolean(), z.string().max(4_000)]).nullish();

/** Follow-ups use the field names of Metabot's own call, so that one vocabulary is enough. */
const target = z.int().min(1);
const code = z
  .string()
  .trim()
  .regex(/^[\w.-]{1,100}$/);
/** Named by `name`, not `id`: an `id` names the webhook, and each change of a follow-up is a webhook of its own. */
export const followUpShape = z.object({
  name: line(200),
  after_sec: z.int().min(1).max(7_776_000),
  script_id: maybe(target),
  script_code: maybe(code),
  trigger_id: maybe(target),
  trigger_code: maybe(code),
  broadcast_id: maybe(target),
  broadcast_code: maybe(code),
  ticket_id: maybe(target),
  params: maybe(z.record(z.string(), z.unknown())),
});

/** One thing that the script says or asks for. The items of its lists are read one by one. */
export const replyShape = z.object({
  id: maybe(answerId),
  type: maybe(z.string().max(50)),
  text: maybe(z.string().max(100_000)),
  buttons: list,
  cards: list,
  attachments: list,
  name: maybe(line(200)),
  quote_of: maybe(z.union([z.string().regex(/^\d{1,20}$/), z.int().min(1).transform(String)])),
  handover: flag,
  close: flag,
});

export type ReplyShape = z.output<typeof replyShape>;

/** The envelope that may surround replies. */
export const envelopeShape = z.object({ lead_id: maybe(leadId), replies: maybe(z.array(z.unknown())) });

/** The envelope of a webhook. Without an id, a repetition could not be told from a second message with the same text. */
export const webhookShape = envelopeShape.extend({
  id: answerId,
  conversation_id: maybe(z.string().regex(/^[\w-]{1,200}$/)),
});
