/** Messages as the Bot API shows them, in lists and (with the chat around them) in events. */

import type { MessageRecord } from '../records.ts';
import type { AccountState } from '../state.ts';
import { fileUrl } from '../stored-files.ts';
import { allows } from '../talk/channel-rules.ts';
import { microOrNull, microTime, secondTime } from '../time-format.ts';
import { actorView } from './actor-view.ts';

function itemViews(account: AccountState, message: MessageRecord): object[] {
  return message.items.flatMap((item) => {
    const file = account.files.get(item.id);
    if (file === undefined) return [];
    const view: Record<string, unknown> = {
      id: file.id,
      kind: file.kind,
      type: file.mime,
      size: file.content.length,
      preview_url: fileUrl(account, file.id),
    };
    if (item.caption !== '') view['caption'] = item.caption;
    if (file.transcription !== null) view['transcription'] = file.transcription;
    return [view];
  });
}

/** Always quote; edit and delete only for outgoing messages that the channel can change. */
export function messageActions(account: AccountState, message: MessageRecord): string[] {
  if (message.isDeleted || message.type === 'system') return [];
  const settings = account.channels.get(message.channelId)?.settings ?? {};
  const isOurs = message.from?.type === 'user' || message.from?.type === 'bot';
  const isFree = message.scope === 'private';
  const can = (deed: string): boolean => isFree || allows(settings, message.type, deed, 'receive');
  const actions: string[] = [];
  if (isOurs && message.status !== 'failed' && can('editing')) actions.push('edit');
  if (isOurs && message.status !== 'failed' && can('deleting')) actions.push('delete');
  if (can('quoting')) actions.push('quote');
  return actions;
}

function quoteView(account: AccountState, message: MessageRecord): object | null {
  const quoted = message.quoteId === null ? undefined : account.messages.get(message.quoteId);
  if (quoted === undefined) return null;
  const view: Record<string, unknown> = {
    id: quoted.id,
    type: quoted.type,
    time: microTime(quoted.time),
  };
  const from = actorView(account, quoted.from);
  if (from !== null) view['from'] = from;
  if (quoted.content !== null) view['content'] = quoted.content;
  if (quoted.items.length > 0) view['items'] = itemViews(account, quoted);
  return view;
}

/** What lists and events have in common; keys without a value are left out, as recorded answers leave them out. */
export function messageCore(account: AccountState, message: MessageRecord): Record<string, unknown> {
  const view: Record<string, unknown> = {
    id: message.id,
    time: secondTime(message.time, account.gateway.options.timeOffset),
    type: message.type,
    scope: message.scope,
    chat_id: message.chatId,
    is_read: message.isRead,
    is_edit: message.isEdit,
    status: message.status,
    actions: messageActions(account, message),
  };
  const from = actorView(account, message.from);
  if (from !== null) view['from'] = from;
  if (message.dialogId !== null) view['dialog'] = { id: message.dialogId };
  if (message.action !== null) view['action'] = message.action;
  if (message.error !== null) view['error'] = message.error;
  if (message.type !== 'system') {
    if (message.content !== null) view['content'] = message.content;
    view['quote'] = quoteView(account, message);
  }
  if (message.note !== '') view['note'] = message.note;
  if (message.items.length > 0) view['items'] = itemViews(account, message);
  if (message.order !== null) view['order'] = message.order;
  if (message.product !== null) view['product'] = message.product;
  if (message.suggestions.length > 0) view['transport_attachments'] = { suggestions: message.suggestions };
  const responsible = actorView(account, message.responsible);
  if (responsible !== null) view['responsible'] = responsible;
  return view;
}

/** An item of GET /messages. */
export function messageListItem(account: AccountState, message: MessageRecord): object {
  const item: Record<string, unknown> = {
    ...messageCore(account, message),
    channel_id: message.channelId,
    created_at: microTime(message.createdAt),
    updated_at: microTime(message.updatedAt),
  };
  const user = actorView(account, message.subject);
  if (user !== null) item['user'] = user;
  if (message.channelSentAt !== null) item['channel_sent_at'] = microOrNull(message.channelSentAt);
  return item;
}

/** Fields that only events have; the caller adds the chat. */
export function messageEventPart(account: AccountState, message: MessageRecord): Record<string, unknown> {
  const view: Record<string, unknown> = {
    ...messageCore(account, message),
    created_at: microTime(message.createdAt),
  };
  if (message.editedAt !== null) view['edited_at'] = secondTime(message.editedAt, 'Z');
  if (message.reactions.length > 0) {
    view['reactions'] = message.reactions.map(({ content, createdAt, by }) => {
      const reaction: Record<string, unknown> = { content, created_at: secondTime(createdAt, 'Z') };
      if (by.type === 'user') reaction['user_id'] = by.id;
      return reaction;
    });
  }
  return view;
}
