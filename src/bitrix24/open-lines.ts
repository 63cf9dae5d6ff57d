/** Asks a portal about its Open Channels: what they are called, and what is known of the customers behind them. */
import type { CustomerInfo } from '../core/connector-tools.ts';
import { AppError } from '../core/errors.ts';
import { listOf } from './chat-members.ts';
import type { PortalClient } from './rest/portal-client.ts';
import { isRecord } from './rest/rest-errors.ts';

/** A chat of an Open Channel holds one customer, the bot and some operators: the portal's own default of a page is enough. */
const maxMembers = 50;

/** Nobody's message waits longer for facts that only decorate it: neither for the turn of the call nor for its answer. */
const patienceMs = 2_000;

/** Null where the portal refuses (rights, scope) or has no such channel. Throws AppErrors that can be tried again. */
export async function lineName(
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

/** Of whom, in which chat, and as which bot that sits there. */
export interface ClientPlace {
  readonly botId: string;
  readonly dialogId: string;
  readonly userId: string;
  /** Addresses without a host are the portal's own. */
  readonly domain: string;
}

/** Null where the chat shows no such customer. Needs the scope `imbot` alone. Throws AppErrors that can be tried again. */
export async function lineClient(
  client: PortalClient,
  portal: string,
  { botId, dialogId, userId, domain }: ClientPlace,
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

/** `false` where there is none; otherwise the number people are reached at first. */
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
