/** What transports may send about messages, with the documented limits; key names differ per route on purpose. */
import { z } from 'zod';
import { orderSchema, productSchema } from '../content-schemas.ts';
import { idField, timeField } from '../validate.ts';

const utmMember = z.string().min(1).max(255).optional();
const utm = z.object({
  source: utmMember,
  medium: utmMember,
  campaign: utmMember,
  term: utmMember,
  content: utmMember,
});

const customer = z.object({
  external_id: z.string().min(1).max(64),
  nickname: z.string().min(1).max(255),
  secondary_external_ids: z.array(z.string().max(64)).optional(),
  first_name: z.string().max(255).optional(),
  last_name: z.string().max(255).optional(),
  avatar: z.string().optional(),
  profile_url: z.string().optional(),
  country: z.string().optional(),
  language: z.string().optional(),
  phone: z.string().optional(),
  email: z.string().optional(),
  utm: utm.optional(),
});

/** Which message is meant: MG's id or the transport's. */
const identifier = z
  .object({ id: idField.optional(), external_id: z.string().max(255).optional() })
  .refine(({ id, external_id: externalId }) => id !== undefined || Boolean(externalId), {
    path: ['external_id'],
    message: 'is a required field',
  });

const message = z.object({
  external_id: z.string().max(255).optional(),
  type: z.enum(['text', 'order', 'product', 'file', 'image', 'audio']),
  text: z.string().max(65_535).optional(),
  note: z.string().min(1).max(64_000).optional(),
  items: z
    .array(z.object({ id: z.uuid(), caption: z.string().max(1024).optional() }))
    .min(1)
    .max(20)
    .optional(),
  order: orderSchema.optional(),
  product: productSchema.optional(),
  page_link: z.string().optional(),
  created_at: timeField.optional(),
  is_comment: z.boolean().optional(),
});

export const ORIGINATORS = ['customer', 'channel', 'user'] as const;

const chatIds = {
  external_chat_id: z.string().max(64).optional(),
  quote: identifier.optional(),
  reply_deadline: timeField.optional(),
};

export const sendBody = z.object({
  ...chatIds,
  message,
  // The server checks the enum without omitempty, so an absent value is refused.
  originator: z.enum(ORIGINATORS),
  customer: customer.optional(),
  user: customer.optional(),
  channel: idField,
  secondary_external_chat_ids: z.array(z.string().max(64)).optional(),
});

export const historyBody = z.object({
  ...chatIds,
  message,
  originator: z.enum(ORIGINATORS).optional(),
  customer,
  channel_id: idField,
});

export const editBody = z.object({
  channel: idField,
  message: z
    .object({
      id: idField.optional(),
      external_id: z.string().max(255).optional(),
      text: z.string().min(1).max(65_535),
      edited_at: z.int().optional(),
      page_link: z.string().optional(),
    })
    .refine(({ id, external_id: externalId }) => id !== undefined || Boolean(externalId), {
      path: ['external_id'],
      message: 'is a required field',
    }),
});

export const deleteBody = z.object({ channel: idField, message: identifier });
export const channelIdBody = z.object({ channel_id: idField, message: identifier });
export const reactionBody = z.object({ channel: idField, message: identifier, reaction: z.string().min(1) });
export const reactionDeleteBody = z.object({
  channel: idField,
  message: identifier,
  reaction: z.string().optional(),
});

export const readUntilBody = z.object({
  channel_id: idField,
  customer_external_id: z.string().min(1),
  until: timeField,
});

export const ackBody = z.object({
  channel: idField,
  message: identifier.optional(),
  external_message_id: z.string().max(255).optional(),
  transport_message_id: z.string().max(255).optional(),
  created_at: timeField.optional(),
  error: z
    .object({
      code: z
        .enum(['general', 'customer_not_exists', 'reply_timed_out', 'spam_suspicion', 'access_restricted'])
        .optional(),
      external_code: z.string().max(100).optional(),
      message: z.string().optional(),
    })
    .optional(),
});
