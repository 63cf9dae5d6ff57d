/** Transport API: what happened in the messenger to messages that MG already knows. */

import { ApiError } from '../api-error.ts';
import { type ApiAnswer, type ApiCall, type ApiRoute, ok } from '../api-gate.ts';
import type { ActorRef, ChannelRecord, MessageRecord } from '../records.ts';
import type { AccountState } from '../state.ts';
import { demand } from '../talk/channel-rules.ts';
import { failMessage, finishSending } from '../talk/deliver.ts';
import { changeMessage, markSeen, removeMessage, restoreMessage, setReactions } from '../talk/messages.ts';
import { preciseNow } from '../time-format.ts';
import { readBodyAs } from '../validate.ts';
import { messageCore } from '../views/message-view.ts';
import {
  ackBody,
  channelIdBody,
  deleteBody,
  editBody,
  reactionBody,
  reactionDeleteBody,
  readUntilBody,
} from './message-bodies.ts';
import { messageMeant, ownChannel } from './own-records.ts';

/** The Transport documentation has no null for a quote. */
function messageAnswer(account: AccountState, message: MessageRecord): object {
  const { quote, ...view } = messageCore(account, message);
  return quote === null ? view : { ...view, quote };
}

function edit(call: ApiCall): ApiAnswer {
  const { account } = call;
  const body = readBodyAs(editBody, call.json() ?? {}, account.gateway.options.escape);
  const channel = ownChannel(call, body.channel);
  const message = messageMeant(account, channel, body.message);
  if (message.type !== 'text') throw new ApiError(400, 'only text messages can be edited');
  demand(account, channel, { kind: message.type, what: 'editing', direction: 'send' });
  changeMessage(account, message, { text: body.message.text }, null);
  return ok({});
}

function remove(call: ApiCall): ApiAnswer {
  const { account } = call;
  const body = readBodyAs(deleteBody, call.json() ?? {});
  const channel = ownChannel(call, body.channel);
  const message = messageMeant(account, channel, body.message);
  demand(account, channel, { kind: message.type, what: 'deleting', direction: 'send' });
  removeMessage(account, message);
  return ok(messageAnswer(account, message));
}

function restore(call: ApiCall): ApiAnswer {
  const { account } = call;
  const body = readBodyAs(channelIdBody, call.json() ?? {});
  const message = messageMeant(account, ownChannel(call, body.channel_id), body.message, 'deleted');
  restoreMessage(account, message);
  return ok(messageAnswer(account, message));
}

function ack(call: ApiCall): ApiAnswer {
  const { account } = call;
  const body = readBodyAs(ackBody, call.json() ?? {}, account.gateway.options.escape);
  const channel = ownChannel(call, body.channel);
  const which = body.message ?? { external_id: body.external_message_id };
  const message = messageMeant(account, channel, which);
  if (body.error !== undefined) failMessage(account, message, body.error.code ?? 'general', body.error.message);
  else finishSending(account, message, body.transport_message_id ?? body.external_message_id ?? message.externalId);
  return ok({});
}

function isOutgoing(message: MessageRecord): boolean {
  return message.from?.type !== 'customer' && message.scope === 'public' && message.type !== 'system';
}

function read(call: ApiCall): ApiAnswer {
  const { account } = call;
  const body = readBodyAs(channelIdBody, call.json() ?? {});
  const channel = ownChannel(call, body.channel_id);
  demand(account, channel, { kind: 'status', what: 'read', direction: 'send' });
  markSeen(account, messageMeant(account, channel, body.message));
  return ok({});
}

function readUntil(call: ApiCall): ApiAnswer {
  const { account } = call;
  const body = readBodyAs(readUntilBody, call.json() ?? {});
  const channel = ownChannel(call, body.channel_id);
  demand(account, channel, { kind: 'status', what: 'read', direction: 'send' });
  const customerId = account.customerIds.get(`${channel.id}:${body.customer_external_id}`);
  if (customerId === undefined) throw new ApiError(400, 'Customer not found');
  const ids: number[] = [];
  for (const chat of account.chats.values()) {
    if (chat.channelId !== channel.id || chat.customerId !== customerId) continue;
    for (const id of chat.messageIds) {
      const message = account.messages.get(id);
      if (message === undefined || message.isRead || message.isDeleted || !isOutgoing(message)) continue;
      if (message.createdAt > body.until) continue;
      markSeen(account, message);
      ids.push(id);
    }
  }
  return ok({ ids });
}

function customerOf(call: ApiCall, message: MessageRecord): ActorRef {
  return { type: 'customer', id: call.account.chats.get(message.chatId)?.customerId ?? 0 };
}

function reactionLimits(channel: ChannelRecord): { dictionary: readonly unknown[] | null; max: number } {
  const reactions = channel.settings['reactions'];
  if (typeof reactions !== 'object' || reactions === null) return { dictionary: null, max: 1 };
  const { dictionary, max_count: max } = reactions as { dictionary?: unknown; max_count?: unknown };
  return { dictionary: Array.isArray(dictionary) ? dictionary : null, max: typeof max === 'number' ? max : 1 };
}

function addReaction(call: ApiCall): ApiAnswer {
  const { account } = call;
  const body = readBodyAs(reactionBody, call.json() ?? {});
  const channel = ownChannel(call, body.channel);
  const message = messageMeant(account, channel, body.message);
  demand(account, channel, { kind: message.type, what: 'reaction', direction: 'send' });
  const { dictionary, max } = reactionLimits(channel);
  if (dictionary !== null && !dictionary.includes(body.reaction)) throw new ApiError(400, 'reaction is not allowed');
  const by = customerOf(call, message);
  const others = message.reactions.filter((one) => one.by.id !== by.id);
  const own = message.reactions.filter((one) => one.by.id === by.id && one.content !== body.reaction);
  // A customer has at most max_count reactions: the oldest is dropped.
  const kept = max > 1 ? own.slice(-(max - 1)) : [];
  setReactions(account, message, [...others, ...kept, { content: body.reaction, createdAt: preciseNow(), by }]);
  return ok({});
}

function deleteReaction(call: ApiCall): ApiAnswer {
  const { account } = call;
  const body = readBodyAs(reactionDeleteBody, call.json() ?? {});
  const channel = ownChannel(call, body.channel);
  const message = messageMeant(account, channel, body.message);
  const by = customerOf(call, message);
  const isGone = (one: { by: ActorRef; content: string }): boolean =>
    one.by.id === by.id && (body.reaction === undefined || body.reaction === '' || one.content === body.reaction);
  setReactions(
    account,
    message,
    message.reactions.filter((one) => !isGone(one)),
  );
  return ok({});
}

/** Routes for changes. */
export const changeRoutes: readonly ApiRoute[] = [
  { method: 'PUT', path: '/messages', run: edit },
  { method: 'DELETE', path: '/messages', run: remove },
  { method: 'POST', path: '/messages/restore', run: restore },
  { method: 'POST', path: '/messages/ack', run: ack },
  { method: 'POST', path: '/messages/read', run: read },
  { method: 'POST', path: '/messages/read_until', run: readUntil },
  { method: 'POST', path: '/messages/reaction', run: addReaction },
  { method: 'DELETE', path: '/messages/reaction', run: deleteReaction },
];
