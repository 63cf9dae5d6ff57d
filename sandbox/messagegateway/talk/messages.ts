/** What happens to messages: staff and bots write them, customers send them, and they are changed, deleted and read. */
import { ApiError } from '../api-error.ts';
import type {
  ActorRef,
  ChannelRecord,
  ChatRecord,
  Item,
  Json,
  MessageContent,
  MessageRecord,
  MessageScope,
  MessageType,
} from '../records.ts';
import type { AccountState } from '../state.ts';
import { preciseNow } from '../time-format.ts';
import { messageActions } from '../views/message-view.ts';
import { demand, demandFits, demandMayWrite } from './channel-rules.ts';
import { deliverChange, deliverMessage } from './deliver.ts';
import { joinChat, openDialog, openDialogOf } from './dialogs.ts';
import { recordMessage } from './record-message.ts';
import { tellChat, tellMessage } from './tell-bots.ts';

export interface Content {
  readonly type: MessageType;
  readonly text?: string | undefined;
  readonly note?: string | undefined;
  readonly items?: readonly Item[] | undefined;
  readonly order?: Json | undefined;
  readonly product?: Json | undefined;
  readonly suggestions?: readonly Json[] | undefined;
  readonly templateCode?: string | undefined;
}

const MEDIA: readonly MessageType[] = ['file', 'image', 'audio'];

/** Throws a 400 unless the content has what its type needs and its files exist. */
export function demandContent(account: AccountState, content: Content, names: { readonly text: string }): void {
  const { type } = content;
  if ((type === 'text' || type === 'command') && (content.text ?? '') === '') {
    throw new ApiError(400, `${names.text} is a required field`);
  }
  if (MEDIA.includes(type) && (content.items ?? []).length === 0) throw new ApiError(400, 'items is a required field');
  if (type === 'order' && content.order === undefined) throw new ApiError(400, 'order is a required field');
  if (type === 'product' && content.product === undefined) throw new ApiError(400, 'product is a required field');
  for (const { id } of content.items ?? []) {
    if (!account.files.has(id)) throw new ApiError(400, `file ${id} not found`);
  }
}

function channelOf(account: AccountState, chat: ChatRecord): ChannelRecord {
  const channel = account.channels.get(chat.channelId);
  if (channel === undefined) throw new ApiError(404, 'Channel not found');
  return channel;
}

function demandCarries(account: AccountState, channel: ChannelRecord, content: Content): void {
  demandFits(account, channel, {
    type: content.type,
    text: content.text ?? '',
    note: content.note ?? '',
    itemSizes: (content.items ?? []).map(({ id }) => account.files.get(id)?.content.length ?? 0),
    suggestions: content.suggestions ?? [],
  });
}

function fieldsOf(content: Content): MessageContent {
  return {
    content: content.text ?? null,
    note: content.note ?? '',
    items: content.items ?? [],
    order: content.order ?? null,
    product: content.product ?? null,
    suggestions: content.suggestions ?? [],
    templateCode: content.templateCode ?? null,
  };
}

/** The quoted message in this chat; otherwise throws a 400 with the text of the Bot API. */
export function quotedInChat(account: AccountState, chat: ChatRecord, id: number | undefined): number | null {
  if (id === undefined) return null;
  const quoted = account.messages.get(id);
  if (quoted === undefined || quoted.chatId !== chat.id || quoted.isDeleted) {
    throw new ApiError(400, `message #${id} not found`);
  }
  return id;
}

export interface StaffMessage {
  readonly chat: ChatRecord;
  readonly from: ActorRef;
  readonly scope: MessageScope;
  readonly content: Content;
  readonly quoteId: number | null;
  readonly isMailing: boolean;
}

/** A user or a bot writes. A public message is sent to the transport; `delivered` resolves when that is done. */
export function writeAsStaff(
  account: AccountState,
  given: StaffMessage,
): { readonly message: MessageRecord; readonly delivered: Promise<void> } {
  const { chat, from, content } = given;
  const channel = channelOf(account, chat);
  const isOut = given.scope === 'public' && content.type !== 'command';
  if (isOut) {
    if (!channel.isActive) throw new ApiError(400, 'channel is not active');
    demandMayWrite(account, channel, chat.replyDeadline);
    demand(account, channel, { kind: content.type, what: 'creating', direction: 'receive' });
    if (given.quoteId !== null) demand(account, channel, { kind: content.type, what: 'quoting', direction: 'receive' });
    demandCarries(account, channel, content);
  }
  const open = openDialogOf(account, chat) ?? (isOut && !given.isMailing ? openDialog(account, chat) : null);
  if (!given.isMailing) joinChat(account, chat, from);
  const message = recordMessage(account, chat, {
    type: content.type,
    scope: given.scope,
    from,
    dialogId: given.isMailing ? null : (open?.id ?? null),
    status: isOut ? 'sending' : 'sent',
    quoteId: given.quoteId,
    massCommunication: given.isMailing,
    responsible: open?.responsible ?? null,
    ...fieldsOf(content),
  });
  return { message, delivered: isOut ? deliverMessage(account, message) : Promise.resolve() };
}

export interface ReceivedMessage {
  readonly chat: ChatRecord;
  readonly from: ActorRef;
  readonly content: Content;
  readonly externalId: string | null;
  readonly quoteId: number | null;
  readonly time: number;
  readonly isHistory: boolean;
}

function giveToBot(account: AccountState): { type: 'bot'; id: number } | null {
  if (account.gateway.options.newDialogs !== 'responsible-bot') return null;
  const bot = [...account.bots.values()].find((one) => one.isActive && one.roles.includes('responsible'));
  return bot === undefined ? null : { type: 'bot', id: bot.id };
}

/** A message comes from the messenger. Returns the bot to which a new dialog should be assigned, if any. */
export function receiveMessage(
  account: AccountState,
  given: ReceivedMessage,
): { readonly message: MessageRecord; readonly giveTo: { type: 'bot'; id: number } | null } {
  const { chat, isHistory } = given;
  const known = openDialogOf(account, chat);
  const dialog = known ?? (isHistory ? null : openDialog(account, chat));
  const message = recordMessage(account, chat, {
    type: given.content.type,
    scope: 'public',
    from: given.from,
    dialogId: isHistory ? null : (dialog?.id ?? null),
    status: given.from.type === 'customer' ? 'received' : 'sent',
    externalId: given.externalId,
    quoteId: given.quoteId,
    time: given.time,
    channelSentAt: given.time,
    responsible: dialog?.responsible ?? null,
    ...fieldsOf(given.content),
  });
  if (given.from.type === 'customer') tellChat(account, 'chat_updated', chat);
  return { message, giveTo: known === null && !isHistory ? giveToBot(account) : null };
}

/** Throws a 400 unless the message can be edited or deleted. */
function demandAction(account: AccountState, message: MessageRecord, action: 'edit' | 'delete'): void {
  if (!messageActions(account, message).includes(action)) {
    throw new ApiError(400, `message can not be ${action === 'edit' ? 'edited' : 'deleted'}`);
  }
}

/** Changes the content; fields that are not given stay. */
export function changeMessage(
  account: AccountState,
  message: MessageRecord,
  content: Partial<Content>,
  quoteId: number | null,
): void {
  if (content.text !== undefined) message.content = content.text;
  if (content.note !== undefined) message.note = content.note;
  if (content.items !== undefined) message.items = content.items;
  if (content.order !== undefined) message.order = content.order;
  if (content.product !== undefined) message.product = content.product;
  if (content.suggestions !== undefined) message.suggestions = content.suggestions;
  if (quoteId !== null) message.quoteId = quoteId;
  message.isEdit = true;
  message.editedAt = preciseNow();
  message.updatedAt = message.editedAt;
  tellMessage(account, 'message_updated', message);
}

/** Staff or a bot changes an outgoing message. Throws a 400 at once; resolves when the transport has been told. */
export function editAsStaff(
  account: AccountState,
  message: MessageRecord,
  content: Partial<Content>,
  quoteId: number | null = null,
): Promise<void> {
  demandAction(account, message, 'edit');
  changeMessage(account, message, content, quoteId);
  return message.scope === 'public' ? deliverChange(account, message, 'message_updated') : Promise.resolve();
}

/** Marks the message as deleted and tells the bots. */
export function removeMessage(account: AccountState, message: MessageRecord): void {
  message.isDeleted = true;
  message.updatedAt = preciseNow();
  const chat = account.chats.get(message.chatId);
  if (chat?.lastMessageId === message.id) {
    chat.lastMessageId = chat.messageIds.findLast((id) => account.messages.get(id)?.isDeleted === false) ?? null;
  }
  tellMessage(account, 'message_deleted', message);
}

/** Staff or a bot deletes an outgoing message. Throws a 400 at once; resolves when the transport has been told. */
export function deleteAsStaff(account: AccountState, message: MessageRecord): Promise<void> {
  demandAction(account, message, 'delete');
  removeMessage(account, message);
  return message.scope === 'public' ? deliverChange(account, message, 'message_deleted') : Promise.resolve();
}

export function restoreMessage(account: AccountState, message: MessageRecord): void {
  message.isDeleted = false;
  message.updatedAt = preciseNow();
  tellMessage(account, 'message_restored', message);
}

/** Sets the reactions and tells the bots. */
export function setReactions(
  account: AccountState,
  message: MessageRecord,
  reactions: MessageRecord['reactions'],
): void {
  message.reactions = reactions;
  message.updatedAt = preciseNow();
  tellMessage(account, 'message_updated', message);
}

/** Marks the message as read by the other side. */
export function markSeen(account: AccountState, message: MessageRecord): void {
  if (message.isRead) return;
  message.isRead = true;
  if (message.status !== 'failed') message.status = 'seen';
  message.updatedAt = preciseNow();
  tellMessage(account, 'message_updated', message);
}
