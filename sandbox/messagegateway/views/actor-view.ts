/** People, bots, customers and channels as they appear inside chats and messages. */
import type { ActorRef, BotRecord, ChannelRecord, CustomerRecord, UserRecord } from '../records.ts';
import type { AccountState } from '../state.ts';

export function userName(user: UserRecord): string {
  return `${user.firstName} ${user.lastName}`.trim();
}

export function customerName(customer: CustomerRecord): string {
  return `${customer.firstName} ${customer.lastName}`.trim() || customer.nickname;
}

/** The field only when it is not empty: MG leaves out empty optional strings. */
function given<K extends string>(key: K, value: string): Partial<Record<K, string>> {
  const pair: Partial<Record<K, string>> = {};
  if (value !== '') pair[key] = value;
  return pair;
}

export function userView(user: UserRecord): object {
  return {
    id: user.id,
    external_id: user.externalId,
    type: 'user',
    avatar: '',
    name: userName(user),
    first_name: user.firstName,
    ...given('last_name', user.lastName),
    ...given('email', user.email),
    available: user.isAvailable,
    is_technical_account: false,
  };
}

export function botView(bot: BotRecord): object {
  return { id: bot.id, external_id: '', type: 'bot', avatar: bot.avatarUrl, name: bot.name, is_system: false };
}

export function customerView(customer: CustomerRecord): object {
  return {
    id: customer.id,
    external_id: customer.externalId,
    type: 'customer',
    avatar: customer.avatar,
    name: customerName(customer),
    username: customer.nickname,
    ...given('first_name', customer.firstName),
    ...given('last_name', customer.lastName),
    ...given('phone', customer.phone),
    ...given('email', customer.email),
    is_blocked: customer.isBlocked,
  };
}

function channelActor(channel: ChannelRecord): object {
  return {
    id: channel.id,
    external_id: channel.externalId ?? '',
    type: 'channel',
    avatar: channel.avatarUrl,
    name: channel.name ?? '',
  };
}

/** The view of the actor; null for none. */
export function actorView(account: AccountState, ref: ActorRef | null): object | null {
  if (ref === null) return null;
  if (ref.type === 'user') {
    const user = account.users.get(ref.id);
    return user === undefined ? null : userView(user);
  }
  if (ref.type === 'bot') {
    const bot = account.bots.get(ref.id);
    return bot === undefined ? null : botView(bot);
  }
  if (ref.type === 'customer') {
    const customer = account.customers.get(ref.id);
    return customer === undefined ? null : customerView(customer);
  }
  const channel = account.channels.get(ref.id);
  return channel === undefined ? null : channelActor(channel);
}
