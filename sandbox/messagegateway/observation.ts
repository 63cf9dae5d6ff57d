/** What tests and the page can read from an account, as plain copies. */
import type { ActorRef, ChatRecord, Json, MessageRecord, Tag } from './records.ts';
import type { AccountState } from './state.ts';
import { customerName, userName } from './views/actor-view.ts';

export interface SeenMessage {
  readonly id: number;
  readonly chatId: number;
  readonly dialogId: number | null;
  readonly type: string;
  readonly scope: 'public' | 'private';
  readonly authorType: string | null;
  readonly authorId: number | null;
  readonly authorName: string;
  readonly text: string | null;
  readonly note: string;
  readonly items: readonly {
    readonly id: string;
    readonly caption: string;
    readonly kind: string;
    readonly name: string;
  }[];
  readonly order: Json | null;
  readonly product: Json | null;
  readonly suggestions: readonly Json[];
  readonly quoteId: number | null;
  readonly externalId: string | null;
  readonly status: string;
  readonly error: { readonly code: string; readonly message?: string } | null;
  readonly action: string | null;
  /** Name of the person a system message is about. */
  readonly subjectName: string;
  readonly reactions: readonly { readonly content: string; readonly by: string }[];
  readonly isEdited: boolean;
  readonly isDeleted: boolean;
  readonly isRead: boolean;
  readonly isMailing: boolean;
  /** Unix milliseconds. */
  readonly time: number;
}

export interface SeenDialog {
  readonly id: number;
  readonly chatId: number;
  readonly isOpen: boolean;
  readonly responsible: { readonly type: 'user' | 'bot'; readonly id: number } | null;
  readonly tags: readonly Tag[];
}

export interface SeenChat {
  readonly id: number;
  readonly channelId: number;
  readonly customerId: number;
  readonly customerName: string;
  readonly externalChatId: string;
  readonly dialogId: number | null;
  readonly isDialogOpen: boolean;
  readonly notRead: number;
  readonly lastActivity: number;
}

export interface SeenCustomer {
  readonly id: number;
  readonly channelId: number;
  readonly externalId: string;
  readonly name: string;
  readonly nickname: string;
  readonly phone: string;
  readonly email: string;
  readonly avatar: string;
  readonly utm: Json | null;
}

export interface SeenChannel {
  readonly id: number;
  readonly moduleCode: string;
  readonly type: string;
  readonly name: string | null;
  readonly externalId: string | null;
  readonly avatarUrl: string;
  readonly isActive: boolean;
  readonly settings: Json;
}

export interface SeenModule {
  readonly code: string;
  readonly name: string;
  readonly clientId: string;
  readonly active: boolean;
  readonly freeze: boolean;
  readonly baseUrl: string;
  readonly accountUrl: string | null;
  readonly botId: number | null;
  readonly isBotActive: boolean;
  readonly isTransportActive: boolean;
  readonly webhookUrl: string | null;
}

/** The name of a user, bot, customer or channel. */
function actorName(account: AccountState, ref: ActorRef | null): string {
  if (ref === null) return '';
  if (ref.type === 'bot') return account.bots.get(ref.id)?.name ?? '';
  if (ref.type === 'channel') return account.channels.get(ref.id)?.name ?? '';
  const user = account.users.get(ref.id);
  if (user !== undefined) return userName(user);
  const customer = account.customers.get(ref.id);
  return customer === undefined ? '' : customerName(customer);
}

export function seenMessage(account: AccountState, message: MessageRecord): SeenMessage {
  return {
    id: message.id,
    chatId: message.chatId,
    dialogId: message.dialogId,
    type: message.type,
    scope: message.scope,
    authorType: message.from?.type ?? null,
    authorId: message.from?.id ?? null,
    authorName: actorName(account, message.from),
    text: message.content,
    note: message.note,
    items: message.items.map(({ id, caption }) => {
      const file = account.files.get(id);
      return { id, caption, kind: file?.kind ?? 'file', name: file?.name ?? '' };
    }),
    order: message.order,
    product: message.product,
    suggestions: message.suggestions,
    quoteId: message.quoteId,
    externalId: message.externalId,
    status: message.status,
    error: message.error,
    action: message.action,
    subjectName: actorName(account, message.responsible ?? message.subject),
    reactions: message.reactions.map(({ content, by }) => ({ content, by: actorName(account, by) })),
    isEdited: message.isEdit,
    isDeleted: message.isDeleted,
    isRead: message.isRead,
    isMailing: message.massCommunication,
    time: message.time,
  };
}

export function seenChat(account: AccountState, chat: ChatRecord): SeenChat {
  const dialog = chat.lastDialogId === null ? undefined : account.dialogs.get(chat.lastDialogId);
  return {
    id: chat.id,
    channelId: chat.channelId,
    customerId: chat.customerId,
    customerName: actorName(account, { type: 'customer', id: chat.customerId }),
    externalChatId: chat.externalChatId,
    dialogId: chat.lastDialogId,
    isDialogOpen: dialog !== undefined && dialog.closedAt === null,
    notRead: chat.notRead,
    lastActivity: chat.lastActivity,
  };
}

export function seenDialogs(account: AccountState): SeenDialog[] {
  return [...account.dialogs.values()].map(({ id, chatId, closedAt, responsible, tags }) => ({
    id,
    chatId,
    isOpen: closedAt === null,
    responsible: responsible === null ? null : { type: responsible.type, id: responsible.id },
    tags,
  }));
}

export function seenCustomers(account: AccountState): SeenCustomer[] {
  return [...account.customers.values()].map((customer) => ({
    id: customer.id,
    channelId: customer.channelId,
    externalId: customer.externalId,
    name: customerName(customer),
    nickname: customer.nickname,
    phone: customer.phone,
    email: customer.email,
    avatar: customer.avatar,
    utm: customer.utm,
  }));
}

export function seenChannels(account: AccountState): SeenChannel[] {
  return [...account.channels.values()].map(
    ({ id, moduleCode, type, name, externalId, avatarUrl, isActive, settings }) => ({
      id,
      moduleCode,
      type,
      name,
      externalId,
      avatarUrl,
      isActive,
      settings,
    }),
  );
}

export function seenModules(account: AccountState): SeenModule[] {
  return [...account.modules.values()].map((module) => ({
    code: module.code,
    name: module.name,
    clientId: module.clientId,
    active: module.active,
    freeze: module.freeze,
    baseUrl: module.baseUrl,
    accountUrl: module.accountUrl,
    botId: module.bot?.botId ?? null,
    isBotActive: module.bot?.isActive === true,
    isTransportActive: module.transport?.isActive === true,
    webhookUrl: module.transport?.webhookUrl ?? null,
  }));
}
