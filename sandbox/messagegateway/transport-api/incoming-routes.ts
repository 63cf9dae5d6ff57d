/** Transport API: new messages from the messenger, and the import of old ones. */
import type { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { type ApiAnswer, type ApiCall, type ApiRoute, ok } from '../api-gate.ts';
import type { ActorRef, ChannelRecord, ChatRecord, MessageRecord } from '../records.ts';
import type { AccountState } from '../state.ts';
import { demand } from '../talk/channel-rules.ts';
import { createChat, findChat, settleCustomer } from '../talk/chats.ts';
import { assignDialog, openDialogOf } from '../talk/dialogs.ts';
import { type Content, demandContent, receiveMessage } from '../talk/messages.ts';
import { externalKey } from '../talk/record-message.ts';
import { preciseNow, secondTime } from '../time-format.ts';
import { readBodyAs } from '../validate.ts';
import { historyBody, type ORIGINATORS, sendBody } from './message-bodies.ts';
import { messageMeant, ownActiveChannel } from './own-records.ts';

type Given = z.infer<typeof sendBody>;
type Originator = (typeof ORIGINATORS)[number];

function contentOf({ message }: Pick<Given, 'message'>): Content {
  return {
    type: message.type,
    text: message.type === 'text' ? message.text : undefined,
    note: message.note,
    items: message.items?.map(({ id, caption }) => ({ id, caption: caption ?? '' })),
    order: message.order,
    product: message.product,
  };
}

function authorOf(channel: ChannelRecord, customerId: number, originator: Originator): ActorRef {
  return originator === 'customer' ? { type: 'customer', id: customerId } : { type: 'channel', id: channel.id };
}

function settleChat(
  account: AccountState,
  channel: ChannelRecord,
  body: Given,
): { chat: ChatRecord; customerId: number } {
  const given = body.customer ?? body.user;
  const ids = [body.external_chat_id ?? '', ...(body.secondary_external_chat_ids ?? [])];
  if (given === undefined) {
    const chat = findChat(account, channel, null, ids);
    if (chat === null) throw new ApiError(400, 'customer is a required field');
    return { chat, customerId: chat.customerId };
  }
  const customer = settleCustomer(account, channel, given);
  const chat = findChat(account, channel, customer.id, ids) ?? createChat(account, channel, customer, ids);
  return { chat, customerId: customer.id };
}

function quoteId(account: AccountState, channel: ChannelRecord, body: Given): number | null {
  if (body.quote === undefined) return null;
  demand(account, channel, { kind: body.message.type, what: 'quoting', direction: 'send' });
  return messageMeant(account, channel, body.quote).id;
}

function take(call: ApiCall, body: Given, isHistory: boolean): ApiAnswer {
  const { account } = call;
  const channel = ownActiveChannel(call, body.channel);
  const externalId = body.message.external_id ?? '';
  if (externalId !== '' && account.messageIds.has(externalKey(channel.id, externalId))) {
    throw new ApiError(400, 'Message with passed external_id already exists');
  }
  const content = contentOf(body);
  demandContent(account, content, { text: 'message.text' });
  if (!isHistory) demand(account, channel, { kind: content.type, what: 'creating', direction: 'send' });
  const quote = quoteId(account, channel, body);
  const { chat, customerId } = settleChat(account, channel, body);
  if (body.reply_deadline !== undefined) chat.replyDeadline = body.reply_deadline;
  const { message, giveTo } = receiveMessage(account, {
    chat,
    from: authorOf(channel, customerId, body.originator),
    content,
    externalId: externalId === '' ? null : externalId,
    quoteId: quote,
    time: body.message.created_at ?? preciseNow(),
    isHistory,
  });
  giveDialog(account, chat, giveTo);
  return ok(sentAnswer(account, message));
}

function giveDialog(account: AccountState, chat: ChatRecord, to: { type: 'bot'; id: number } | null): void {
  const dialog = to === null ? null : openDialogOf(account, chat);
  if (to !== null && dialog !== null) assignDialog(account, dialog, to);
}

function sentAnswer(account: AccountState, message: MessageRecord): object {
  const { sendWarnings: warnings } = account.gateway.options;
  return { message_id: message.id, time: secondTime(message.createdAt, 'Z'), warnings };
}

/** Routes for messages that come in. */
export const incomingRoutes: readonly ApiRoute[] = [
  {
    method: 'POST',
    path: '/messages',
    run: (call) => take(call, readBodyAs(sendBody, call.json() ?? {}, call.account.gateway.options.escape), false),
  },
  {
    method: 'POST',
    path: '/messages/history',
    run: (call) => {
      const {
        channel_id: channel,
        originator,
        ...body
      } = readBodyAs(historyBody, call.json() ?? {}, call.account.gateway.options.escape);
      return take(call, { ...body, channel, originator: originator ?? 'customer' }, true);
    },
  },
];
