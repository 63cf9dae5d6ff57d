/** Finds or creates the customers and chats that transports refer to, with their aliases. */
import type { ChannelRecord, ChatRecord, CustomerRecord, Json } from '../records.ts';
import type { AccountState } from '../state.ts';
import { preciseNow } from '../time-format.ts';
import { tellChat, tellCustomer } from './tell-bots.ts';

export interface GivenCustomer {
  readonly external_id: string;
  readonly nickname: string;
  readonly secondary_external_ids?: readonly string[] | undefined;
  readonly first_name?: string | undefined;
  readonly last_name?: string | undefined;
  readonly avatar?: string | undefined;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
  readonly country?: string | undefined;
  readonly language?: string | undefined;
  readonly profile_url?: string | undefined;
  readonly utm?: Json | undefined;
}

function keyOf(channelId: number, externalId: string): string {
  return `${channelId}:${externalId}`;
}

function createCustomer(account: AccountState, channel: ChannelRecord, externalId: string): CustomerRecord {
  const now = preciseNow();
  const customer: CustomerRecord = {
    id: account.gateway.nextId('actor'),
    channelId: channel.id,
    externalId,
    nickname: '',
    firstName: '',
    lastName: '',
    avatar: '',
    phone: '',
    email: '',
    country: '',
    language: '',
    profileUrl: '',
    utm: null,
    isBlocked: false,
    createdAt: now,
    updatedAt: now,
  };
  account.customers.set(customer.id, customer);
  if (externalId !== '') account.customerIds.set(keyOf(channel.id, externalId), customer.id);
  return customer;
}

function update(customer: CustomerRecord, given: GivenCustomer): boolean {
  const before = JSON.stringify(customer);
  customer.nickname = given.nickname;
  customer.firstName = given.first_name ?? customer.firstName;
  customer.lastName = given.last_name ?? customer.lastName;
  customer.avatar = given.avatar ?? customer.avatar;
  customer.phone = given.phone ?? customer.phone;
  customer.email = given.email ?? customer.email;
  customer.country = given.country ?? customer.country;
  customer.language = given.language ?? customer.language;
  customer.profileUrl = given.profile_url ?? customer.profileUrl;
  customer.utm = given.utm ?? customer.utm;
  return JSON.stringify(customer) !== before;
}

/** The customer with this external id or alias: created when new, updated when known. */
export function settleCustomer(account: AccountState, channel: ChannelRecord, given: GivenCustomer): CustomerRecord {
  const ids = [given.external_id, ...(given.secondary_external_ids ?? [])];
  const known = ids.map((id) => account.customerIds.get(keyOf(channel.id, id))).find((id) => id !== undefined);
  const found = known === undefined ? undefined : account.customers.get(known);
  const customer = found ?? createCustomer(account, channel, given.external_id);
  for (const id of ids) if (id !== '') account.customerIds.set(keyOf(channel.id, id), customer.id);
  const isChanged = update(customer, given);
  if (found !== undefined && isChanged) {
    customer.updatedAt = preciseNow();
    tellCustomer(account, customer.id);
  }
  return customer;
}

/** The chat with this external id or alias; without one, the customer's chat in the channel. */
export function findChat(
  account: AccountState,
  channel: ChannelRecord,
  customerId: number | null,
  externalIds: readonly string[],
): ChatRecord | null {
  for (const id of externalIds) {
    const known = id === '' ? undefined : account.chatIds.get(keyOf(channel.id, id));
    const chat = known === undefined ? undefined : account.chats.get(known);
    if (chat !== undefined) return chat;
  }
  const isNamed = externalIds.some((id) => id !== '');
  for (const chat of isNamed ? [] : account.chats.values()) {
    if (chat.channelId === channel.id && chat.customerId === customerId) return chat;
  }
  return null;
}

/** A new chat with the customer as its author. */
export function createChat(
  account: AccountState,
  channel: ChannelRecord,
  customer: CustomerRecord,
  externalIds: readonly string[],
): ChatRecord {
  const now = preciseNow();
  const author = { type: 'customer', id: customer.id } as const;
  const member = {
    id: account.gateway.nextId('member'),
    user: author,
    isAuthor: true,
    state: 'active',
    createdAt: now,
    updatedAt: now,
  } as const;
  const chat: ChatRecord = {
    id: account.gateway.nextId('chat'),
    channelId: channel.id,
    customerId: customer.id,
    externalChatId: externalIds[0] ?? '',
    lastActivity: now,
    replyDeadline: null,
    lastDialogId: null,
    lastMessageId: null,
    lastUserMessageId: null,
    notRead: 0,
    members: new Map([[customer.id, { ...member }]]),
    messageIds: [],
    isMassOnly: false,
    createdAt: now,
    updatedAt: now,
  };
  account.chats.set(chat.id, chat);
  for (const id of externalIds) if (id !== '') account.chatIds.set(keyOf(channel.id, id), chat.id);
  tellChat(account, 'chat_created', chat);
  return chat;
}

/** Stores the transport's id of a chat that a manager started. */
export function linkChat(account: AccountState, chat: ChatRecord, externalId: string): void {
  chat.externalChatId = externalId;
  account.chatIds.set(keyOf(chat.channelId, externalId), chat.id);
}

/** Stores the transport's id of a customer whom a manager wrote to first. */
export function linkCustomer(account: AccountState, chat: ChatRecord, externalId: string): void {
  const customer = account.customers.get(chat.customerId);
  if (customer === undefined) return;
  customer.externalId = externalId;
  account.customerIds.set(keyOf(chat.channelId, externalId), customer.id);
}
