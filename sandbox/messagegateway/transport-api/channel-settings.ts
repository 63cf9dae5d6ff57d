/** The settings tree of a channel: every branch optional, every value checked. */
import { z } from 'zod';

export const CHANNEL_TYPES = [
  'telegram',
  'fbmessenger',
  'viber',
  'whatsapp',
  'skype',
  'vk',
  'instagram',
  'consultant',
  'yandex_chat',
  'odnoklassniki',
  'max',
  'ozon',
  'wildberries',
  'yandex_market',
  'mega_market',
  'avito',
  'drom',
  'youla',
  'custom',
] as const;

const feature = z.enum(['none', 'receive', 'send', 'both']).optional();
// Official client tests send `any` here, though the published enum lacks it.
const reaction = z.enum(['none', 'receive', 'send', 'both', 'any']).optional();
const uint16 = z.int().min(0).max(65_535).optional();

const deeds = { creating: feature, quoting: feature, deleting: feature, reaction };
const media = {
  ...deeds,
  editing: feature,
  max_items_count: z.int().min(0).optional(),
  note_max_chars_count: uint16,
  max_item_size: z.int().min(0).optional(),
};

export const settingsSchema = z.object({
  text: z
    .object({
      ...deeds,
      editing: feature,
      max_chars_count: uint16,
      markup_formats: z
        .array(z.enum(['bold', 'italic', 'underline', 'strikethrough', 'link', 'inline_monospace', 'block_monospace']))
        .optional(),
    })
    .optional(),
  image: z.object(media).optional(),
  file: z.object(media).optional(),
  audio: z
    .object({ ...deeds, max_items_count: z.int().min(0).optional(), max_item_size: z.int().min(0).optional() })
    .optional(),
  product: z.object({ ...deeds, editing: feature }).optional(),
  order: z.object({ ...deeds, editing: feature }).optional(),
  status: z.object({ delivered: feature, read: feature }).optional(),
  reactions: z.object({ dictionary: z.array(z.string()).optional(), max_count: z.int().min(0).optional() }).optional(),
  suggestions: z.object({ text: feature, email: feature, phone: feature, url: feature }).optional(),
  template: z.object({ creation: z.boolean().optional() }).optional(),
  customer_external_id: z.enum(['any', 'phone']).optional(),
  sending_policy: z
    .object({
      new_customer: z.enum(['no', 'template', 'text']).optional(),
      after_reply_timeout: z.enum(['no', 'template']).optional(),
      outgoing: z.enum(['allowed', 'restricted']).optional(),
    })
    .optional(),
  whatsapp: z
    .object({
      tier: z.int().min(0).optional(),
      channel_quality: z.enum(['high', 'medium', 'low']).optional(),
      channel_status: z.enum(['connected', 'flagged', 'offline', 'pending', 'restricted']).optional(),
    })
    .optional(),
});
