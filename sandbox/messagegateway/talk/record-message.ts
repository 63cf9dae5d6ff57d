/** Creates message records: adds them to the chat and its indexes, and tells the bots. Contains no rules. */
import type { ActorRef, ChatRecord, MessageContent, MessageRecord } from '../records.ts';
import type { AccountState } from '../state.ts';
import { preciseNow } from '../time-format.ts';
import { tellMessage } from './tell-bots.ts';

type Chosen = keyof MessageContent | 'quoteId' | 'externalId' | 'time' | 'channelSentAt' | 'massCommunication';
type About = 'action' | 'responsible' | 'subject';

/** The required and the optional fields of a new message. */
export type NewMessage = Readonly<
  Pick<MessageRecord, 'type' | 'scope' | 'from' | 'dialogId' | 'status'> & Partial<Pick<MessageRecord, Chosen | About>>
>;

/** The key by which a transport's message is found. */
export function externalKey(channelId: number, externalId: string): string {
  return `${channelId}:${externalId}`;
}

/** Remembers the transport's id of the message. */
export function setExternalId(account: AccountState, message: MessageRecord, externalId: string): void {
  message.externalId = externalId;
  account.messageIds.set(externalKey(message.channelId, externalId), message.id);
}

/** Records the message and sends message_new. */
export function recordMessage(account: AccountState, chat: ChatRecord, given: NewMessage): MessageRecord {
  const now = preciseNow();
  account.inAppId += 1;
  const message: MessageRecord = {
    id: account.gateway.nextId('message'),
    inAppId: account.inAppId,
    chatId: chat.id,
    channelId: chat.channelId,
    content: null,
    note: '',
    items: [],
    order: null,
    product: null,
    suggestions: [],
    templateCode: null,
    quoteId: null,
    externalId: null,
    time: now,
    channelSentAt: null,
    massCommunication: false,
    action: null,
    responsible: null,
    subject: null,
    ...given,
    createdAt: now,
    updatedAt: now,
    editedAt: null,
    error: null,
    reactions: [],
    isEdit: false,
    isRead: false,
    isDeleted: false,
    awaitsAck: false,
  };
  account.messages.set(message.id, message);
  if (message.externalId !== null) setExternalId(account, message, message.externalId);
  chat.messageIds.push(message.id);
  chat.lastMessageId = message.id;
  chat.updatedAt = now;
  if (!message.massCommunication && message.type !== 'system') chat.lastActivity = now;
  if (message.from?.type === 'user') chat.lastUserMessageId = message.id;
  if (message.from?.type === 'customer') chat.notRead += 1;
  const dialog = message.dialogId === null ? undefined : account.dialogs.get(message.dialogId);
  if (dialog !== undefined && message.type !== 'system') dialog.beginMessageId ??= message.id;
  tellMessage(account, 'message_new', message);
  return message;
}

/** A system message: it has no author and no content and is for staff only. */
export function recordSystemMessage(
  account: AccountState,
  chat: ChatRecord,
  action: string,
  about: { readonly dialogId: number | null; readonly responsible?: ActorRef; readonly subject?: ActorRef },
): MessageRecord {
  return recordMessage(account, chat, {
    type: 'system',
    scope: 'private',
    from: null,
    status: 'received',
    action,
    ...about,
  });
}
