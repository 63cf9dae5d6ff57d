/** What we read of MessageGateway's objects: ids and the keys we act on. Absent and null mean the same; other keys are ignored. */
import { z } from 'zod';
import { garbage } from './mg-http.ts';

/** External ids are strings in the documentation and numbers in some recorded payloads. */
const text = z.union([z.string(), z.number().transform(String)]).nullish();
const id = z.int();

const actor = z
  .object({ id: id.nullish(), type: z.string().nullish(), external_id: text, name: text, email: text, phone: text })
  .nullish();

const chatDialog = z.object({ id, closed_at: text, responsible: actor }).nullish();

export const chatShape = z.object({
  id,
  channel: z
    .object({
      id,
      name: text,
      type: text,
      settings: z.object({ text: z.object({ max_chars_count: z.number().nullish() }).nullish() }).nullish(),
    })
    .nullish(),
  customer: actor,
  last_dialog: chatDialog,
  last_message: z.object({ id }).nullish(),
});

const responsibleShape = z.object({ id, type: z.string(), assigned_at: text });

export const dialogShape = z.object({
  id,
  chat_id: id.nullish(),
  responsible: responsibleShape.nullish(),
  assigned_at: text,
  updated_at: text,
  closed_at: text,
  is_active: z.boolean().nullish(),
  tags: z.array(z.object({ name: z.string() })).nullish(),
});

export const messageShape = z.object({
  id,
  chat_id: id,
  channel_id: id.nullish(),
  type: z.string().nullish(),
  scope: z.string().nullish(),
  content: text,
  note: text,
  items: z.array(z.object({ id: text, caption: text })).nullish(),
  is_edit: z.boolean().nullish(),
  status: z.string().nullish(),
  action: z.string().nullish(),
  time: text,
  created_at: text,
  from: actor,
  dialog: z.object({ id }).nullish(),
  chat: chatShape.nullish(),
});

export const botShape = z.object({
  id,
  name: text,
  is_self: z.boolean().nullish(),
  is_active: z.boolean().nullish(),
  roles: z.array(z.string()).nullish(),
});
export const commandShape = z.object({ id, name: text, description: text });
export const botChannelShape = z.object({ id, name: text, type: text, is_active: z.boolean().nullish() });
export const userShape = z.object({
  id,
  external_id: text,
  username: text,
  first_name: text,
  last_name: text,
  is_active: z.boolean().nullish(),
  is_online: z.boolean().nullish(),
  available: z.boolean().nullish(),
});
export const customerShape = z.object({
  id,
  external_id: text,
  channel_id: id.nullish(),
  username: text,
  first_name: text,
  last_name: text,
  phone: text,
  email: text,
  is_blocked: z.boolean().nullish(),
});
export const memberShape = z.object({ id, chat_id: id.nullish(), user_id: id.nullish(), state: text });
export const fileShape = z.object({
  id: z.string(),
  url: text,
  Url: text,
  mime_type: text,
  type: text,
  size: z.number().nullish(),
});
export const idShape = z.object({ id });
export const looseIdShape = z.looseObject({ id });
/** Warnings beside a success; anything but a list of texts is ignored. */
const warnings = z.array(z.string()).nullish().catch(null);

export const sentShape = z.object({ message_id: id, warnings });
export const channelShape = z.object({
  id,
  external_id: text,
  type: text,
  name: text,
  is_active: z.boolean().nullish(),
});
export const templateShape = z.object({ code: text, name: text, channel_id: id.nullish() });

export type MgChat = z.output<typeof chatShape>;
export type MgDialog = z.output<typeof dialogShape>;
export type MgMessage = z.output<typeof messageShape>;
export type MgBot = z.output<typeof botShape>;
export type MgCommand = z.output<typeof commandShape>;
export type MgBotChannel = z.output<typeof botChannelShape>;
export type MgUser = z.output<typeof userShape>;
export type MgCustomer = z.output<typeof customerShape>;
export type MgMember = z.output<typeof memberShape>;
export type MgFile = z.output<typeof fileShape>;
export type MgChannel = z.output<typeof channelShape>;

/** Reads the answer in this shape. Throws `messagegateway.garbage` when it has another. */
export function readAs<T>(shape: z.ZodType<T>, answer: unknown, where: string): T {
  const parsed = shape.safeParse(answer);
  if (!parsed.success) throw garbage(where);
  return parsed.data;
}

/** Reads a list, which must be a bare array. Items that do not fit the shape are left out. */
export function readList<T>(shape: z.ZodType<T>, answer: unknown, where: string): readonly T[] {
  if (!Array.isArray(answer)) throw garbage(where);
  return answer.flatMap((item: unknown) => {
    const parsed = shape.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}
