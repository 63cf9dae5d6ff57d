/** Asks a portal for the names and the customers of its Open Channels. */
import type { CustomerInfo } from '../core/connector-tools.ts';
import { AppError } from '../core/errors.ts';
import { isRecord } from '../core/is-record.ts';
import { listOf } from './chat-members.ts';
import type { PortalClient } from './rest/portal-client.ts';

/** A chat of an Open Channel holds one customer, the bot and some operators: the portal's default page size is enough. */
const maxMembers = 50;

/** A message does not wait longer than this for optional facts: neither for the rate limiter nor for the answer. */
const patienceMs = 2_000;

/** Null if the portal refuses (rights, scope) or has no such channel. Throws AppErrors that can be retried. */
export async function openChannelName(
  client: PortalClient,
  portal: string,
  lineId: string,
  signal: AbortSignal,
): Promise<string | null> {
  const params = { PARAMS: { select: ['ID', 'LINE_NAME'], filter: { ID: lineId } } };
  const rows = await ask(client, portal, { method: 'imopenlines.config.list.get', params }, signal);
  const list: unknown[] = Array.isArray(rows) ? rows : [];
  const row = list.filter(isRecord).find((line) => String(line['ID']) === lineId);
  return textOf(row?.['LINE_NAME']);
}

/** The customer, the chat, and the bot that is a member of it. */
export interface CustomerQuery {
  readonly botId: string;
  readonly dialogId: string;
  readonly userId: string;
  /** Addresses without a host are the portal's own. */
  readonly domain: string;
}

/** Null if the chat shows no such customer. Needs only the scope `imbot`. Throws AppErrors that can be retried. */
export async function openChannelCustomer(
  client: PortalClient,
  portal: string,
  { botId, dialogId, userId, domain }: CustomerQuery,
  signal: AbortSignal,
): Promise<CustomerInfo | null> {
  const params = { botId: Number(botId), dialogId, limit: maxMembers };
  const answer = await ask(client, portal, { method: 'imbot.v2.Chat.User.list', params }, signal);
  const users = listOf(answer) ?? [];
  const user = users.filter(isRecord).find(({ id }) => String(id) === userId);
  if (user === undefined) return null;
  return {
    phone: phoneOf(user['phones']),
    email: textOf(user['email']),
    avatar: addressOf(user['avatar'], domain),
    profile: addressOf(user['website'], domain),
  };
}

async function ask(
  client: PortalClient,
  portal: string,
  { method, params }: { readonly method: string; readonly params: Readonly<Record<string, unknown>> },
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await client.call(portal, method, params, { signal, patienceMs, timeoutMs: patienceMs });
  } catch (error) {
    if (!(error instanceof AppError) || error.retry !== 'never') throw error;
    return null;
  }
}

/** The number to call first. The portal sends `false` if there are no phones. */
function phoneOf(phones: unknown): string | null {
  if (!isRecord(phones)) return null;
  return textOf(phones['personal_mobile']) ?? textOf(phones['personal_phone']) ?? textOf(phones['work_phone']);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function addressOf(value: unknown, domain: string): string | null {
  const text = textOf(value);
  if (text === null) return null;
  const bare = /^[\w-]+(\.[\w-]+)+(\/|$)/.test(text) ? `https://${text}` : text;
  const url = URL.parse(bare, `https://${domain}/`);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null;
}
