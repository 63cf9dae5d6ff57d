/** Bot API: read-only lists of channels, chats, customers, members and users. */
import { z } from 'zod';
import { type ApiAnswer, type ApiCall, type ApiRoute, ok } from '../api-gate.ts';
import { listPage } from '../lists.ts';
import type { ChannelRecord, CustomerRecord, MemberRecord, UserRecord } from '../records.ts';
import { microOrNull, microTime } from '../time-format.ts';
import { listQuery, queryFlag, queryId, readQueryAs } from '../validate.ts';
import { userName } from '../views/actor-view.ts';
import { chatListItem } from '../views/chat-view.ts';

const channelsQuery = listQuery.extend({
  id: queryId.optional(),
  types: z.array(z.string()).optional(),
  active: queryFlag.optional(),
});

const chatsQuery = listQuery.extend({
  id: queryId.optional(),
  channel_id: queryId.optional(),
  channel_type: z.string().optional(),
  customer_id: queryId.optional(),
  customer_external_id: z.string().optional(),
  include_mass_communication: queryFlag.optional(),
});

const customersQuery = listQuery.extend({
  id: queryId.optional(),
  channel_id: queryId.optional(),
  channel_type: z.string().optional(),
  external_id: z.string().optional(),
});

const membersQuery = listQuery.extend({
  id: queryId.optional(),
  chat_id: queryId.optional(),
  user_id: queryId.optional(),
  state: z.enum(['active', 'kicked', 'leaved']).optional(),
});

const usersQuery = listQuery.extend({
  id: queryId.optional(),
  active: queryFlag.optional(),
  online: queryFlag.optional(),
  external_id: z.string().optional(),
});

/** A filter that is absent lets everything through. */
function fits<T>(wanted: T | undefined, value: T): boolean {
  return wanted === undefined || wanted === value;
}

function channelView(channel: ChannelRecord): object {
  return {
    id: channel.id,
    type: channel.type,
    name: channel.name,
    settings: channel.settings,
    created_at: microTime(channel.createdAt),
    updated_at: microOrNull(channel.updatedAt),
    activated_at: microTime(channel.activatedAt),
    deactivated_at: microOrNull(channel.deactivatedAt),
    is_active: channel.isActive,
  };
}

function channels({ account, query: given }: ApiCall): ApiAnswer {
  const query = readQueryAs(channelsQuery, given, ['types']);
  const page = listPage(account.channels.values(), query, account.gateway.options, (channel) => {
    if (query.types !== undefined && !query.types.includes(channel.type)) return false;
    return fits(query.id, channel.id) && fits(query.active, channel.isActive);
  });
  return ok(page.map(channelView));
}

function chats({ account, query: given }: ApiCall): ApiAnswer {
  const query = readQueryAs(chatsQuery, given);
  const page = listPage(account.chats.values(), query, account.gateway.options, (chat) => {
    const channel = account.channels.get(chat.channelId);
    const customer = account.customers.get(chat.customerId);
    return (
      fits(query.id, chat.id) &&
      fits(query.channel_id, chat.channelId) &&
      fits(query.channel_type, channel?.type) &&
      fits(query.customer_id, chat.customerId) &&
      fits(query.customer_external_id, customer?.externalId)
    );
  });
  return ok(page.map((chat) => chatListItem(account, chat)));
}

function customerView(customer: CustomerRecord): object {
  return {
    id: customer.id,
    external_id: customer.externalId,
    channel_id: customer.channelId,
    username: customer.nickname,
    first_name: customer.firstName,
    last_name: customer.lastName,
    created_at: microTime(customer.createdAt),
    updated_at: microOrNull(customer.updatedAt),
    revoked_at: null,
    avatar_url: customer.avatar,
    profile_url: customer.profileUrl,
    country: customer.country,
    language: customer.language,
    phone: customer.phone,
    email: customer.email,
    is_blocked: customer.isBlocked,
    utm: customer.utm,
  };
}

function customers({ account, query: given }: ApiCall): ApiAnswer {
  const query = readQueryAs(customersQuery, given);
  const page = listPage(account.customers.values(), query, account.gateway.options, (customer) => {
    const type = account.channels.get(customer.channelId)?.type;
    return (
      fits(query.id, customer.id) &&
      fits(query.channel_id, customer.channelId) &&
      fits(query.channel_type, type) &&
      fits(query.external_id, customer.externalId)
    );
  });
  return ok(page.map(customerView));
}

type ChatMember = MemberRecord & { readonly chatId: number };

function members({ account, query: given }: ApiCall): ApiAnswer {
  const query = readQueryAs(membersQuery, given);
  const all = [...account.chats.values()].flatMap((chat) =>
    [...chat.members.values()].map((member): ChatMember => ({ ...member, chatId: chat.id })),
  );
  const page = listPage(all, query, account.gateway.options, (member) => {
    if (query.state !== undefined && member.state !== query.state) return false;
    return fits(query.id, member.id) && fits(query.chat_id, member.chatId) && fits(query.user_id, member.user.id);
  });
  return ok(
    page.map((member) => ({
      id: member.id,
      created_at: microTime(member.createdAt),
      updated_at: microTime(member.updatedAt),
      is_author: member.isAuthor,
      state: member.state,
      chat_id: member.chatId,
      user_id: member.user.id,
    })),
  );
}

function userView(user: UserRecord): object {
  return {
    id: user.id,
    external_id: user.externalId,
    username: userName(user),
    first_name: user.firstName,
    last_name: user.lastName,
    created_at: microTime(user.createdAt),
    updated_at: microOrNull(user.updatedAt),
    revoked_at: null,
    is_online: user.isOnline,
    is_active: user.isActive,
    available: user.isAvailable,
    connected: true,
    is_technical_account: false,
  };
}

function users({ account, query: given }: ApiCall): ApiAnswer {
  const query = readQueryAs(usersQuery, given);
  const page = listPage(account.users.values(), query, account.gateway.options, (user) => {
    return (
      fits(query.id, user.id) &&
      fits(query.active, user.isActive) &&
      fits(query.online, user.isOnline) &&
      fits(query.external_id, user.externalId)
    );
  });
  return ok(page.map(userView));
}

/** Routes of lists. */
export const listRoutes: readonly ApiRoute[] = [
  { method: 'GET', path: '/channels', run: channels },
  { method: 'GET', path: '/chats', run: chats },
  { method: 'GET', path: '/customers', run: customers },
  { method: 'GET', path: '/members', run: members },
  { method: 'GET', path: '/users', run: users },
];
