/** Bot API: list, send, edit and delete messages. */
import { z } from 'zod';
import { inBackground } from '../../kit/background.ts';
import { ApiError } from '../api-error.ts';
import { type ApiCall, type ApiRoute, ok } from '../api-gate.ts';
import { attachmentsSchema, orderSchema, productSchema } from '../content-schemas.ts';
import { listPage } from '../lists.ts';
import type { MessageRecord } from '../records.ts';
import {
  type Content,
  deleteAsStaff,
  demandContent,
  editAsStaff,
  quotedInChat,
  writeAsStaff,
} from '../talk/messages.ts';
import { nanoTime } from '../time-format.ts';
import { idField, listQuery, orZero, queryFlag, queryId, readBodyAs, readQueryAs } from '../validate.ts';
import { messageListItem } from '../views/message-view.ts';
import { ownBot, pathId } from './path-id.ts';

const TYPES = ['text', 'command', 'order', 'product', 'file', 'image', 'audio'] as const;
const items = z.array(z.object({ id: z.uuid(), caption: z.string().max(1024) }));

const sendSchema = z.object({
  chat_id: idField,
  scope: z.enum(['public', 'private']),
  type: orZero(z.enum(TYPES)),
  content: z.string().optional(),
  note: z.string().optional(),
  items: items.optional(),
  order: orderSchema.optional(),
  product: productSchema.optional(),
  quote_message_id: orZero(idField),
  mass_communication: z.boolean().optional(),
  transport_attachments: attachmentsSchema.optional(),
});

const editSchema = z.object({
  content: z.string().max(2000).optional(),
  note: z.string().optional(),
  items: items.optional(),
  order: orderSchema.optional(),
  product: productSchema.optional(),
  quote_message_id: orZero(idField),
  transport_attachments: attachmentsSchema.optional(),
});

const messagesQuery = listQuery.extend({
  id: z.array(queryId).optional(),
  chat_id: queryId.optional(),
  dialog_id: queryId.optional(),
  user_id: queryId.optional(),
  customer_id: queryId.optional(),
  bot_id: queryId.optional(),
  channel_id: queryId.optional(),
  channel_type: z.string().optional(),
  type: z.string().optional(),
  scope: z.enum(['public', 'private']).optional(),
  include_mass_communication: queryFlag.optional(),
});

function contentOf(body: z.infer<typeof editSchema>, type: Content['type']): Content {
  return {
    type,
    text: body.content,
    note: body.note,
    items: body.items,
    order: body.order,
    product: body.product,
    suggestions: body.transport_attachments?.suggestions,
  };
}

function wrote(message: MessageRecord, type: 'user' | 'bot' | 'customer', id: number | undefined): boolean {
  return id === undefined || (message.from?.type === type && message.from.id === id);
}

function list(call: ApiCall): object[] {
  const { account } = call;
  const query = readQueryAs(messagesQuery, call.query, ['id']);
  const ids = query.id === undefined ? null : new Set(query.id);
  const chat = query.chat_id === undefined ? undefined : account.chats.get(query.chat_id);
  if (query.chat_id !== undefined && chat === undefined) return [];
  const source =
    chat === undefined ? account.messages.values() : chat.messageIds.flatMap((id) => account.messages.get(id) ?? []);
  const isWanted = (message: MessageRecord): boolean =>
    !message.isDeleted &&
    (ids === null || ids.has(message.id)) &&
    (query.dialog_id === undefined || message.dialogId === query.dialog_id) &&
    (query.channel_id === undefined || message.channelId === query.channel_id) &&
    (query.channel_type === undefined || account.channels.get(message.channelId)?.type === query.channel_type) &&
    (query.type === undefined || message.type === query.type) &&
    (query.scope === undefined || message.scope === query.scope) &&
    (query.include_mass_communication === true || !message.massCommunication) &&
    wrote(message, 'user', query.user_id) &&
    wrote(message, 'bot', query.bot_id) &&
    wrote(message, 'customer', query.customer_id);
  return listPage(source, query, account.gateway.options, isWanted).map((message) => messageListItem(account, message));
}

function send(call: ApiCall): { status: number; body: unknown } {
  const { account } = call;
  const body = readBodyAs(sendSchema, call.json() ?? {}, account.gateway.options.escape);
  const content = contentOf(body, body.type ?? 'text');
  demandContent(account, content, { text: 'content' });
  const chat = account.chats.get(body.chat_id);
  if (chat === undefined) throw new ApiError(404, `chat #${body.chat_id} not found`);
  const { message, delivered } = writeAsStaff(account, {
    chat,
    from: { type: 'bot', id: ownBot(call).id },
    scope: body.scope,
    content,
    quoteId: quotedInChat(account, chat, body.quote_message_id),
    isMailing: body.mass_communication === true,
  });
  // The call does not wait for the delivery; its result shows in the message's status.
  inBackground(delivered);
  const answer = { message_id: message.id, time: nanoTime(message.time) };
  return { status: account.gateway.options.botSendStatus, body: answer };
}

function ownMessage(call: ApiCall): MessageRecord {
  const id = pathId(call, 'message_id', 'Incorrect message_id');
  const message = call.account.messages.get(id);
  if (message === undefined || message.isDeleted) throw new ApiError(404, `message #${id} not found`);
  if (message.from?.type !== 'bot' || message.from.id !== ownBot(call).id) {
    throw new ApiError(400, 'message was not sent by this bot');
  }
  return message;
}

function edit(call: ApiCall): object {
  const { account } = call;
  const message = ownMessage(call);
  const body = readBodyAs(editSchema, call.json() ?? {}, account.gateway.options.escape);
  const chat = account.chats.get(message.chatId);
  if (message.type === 'text' && body.content === '') throw new ApiError(400, 'content is a required field');
  const quoteId = chat === undefined ? null : quotedInChat(account, chat, body.quote_message_id);
  inBackground(editAsStaff(account, message, contentOf(body, message.type), quoteId));
  return {};
}

/** Routes of messages. */
export const messageRoutes: readonly ApiRoute[] = [
  { method: 'GET', path: '/messages', run: (call) => ok(list(call)) },
  { method: 'POST', path: '/messages', run: send },
  { method: 'PATCH', path: '/messages/:message_id', run: (call) => ok(edit(call)) },
  {
    method: 'DELETE',
    path: '/messages/:message_id',
    run: (call) => {
      inBackground(deleteAsStaff(call.account, ownMessage(call)));
      return ok({});
    },
  },
];
