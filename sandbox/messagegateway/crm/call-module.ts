/** Calls of the CRM to a module: activity callback, one-step connection, opening its pages. */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ModuleRecord } from '../records.ts';
import type { AccountState } from '../state.ts';

export interface ModuleAnswer {
  /** 0 = no answer. */
  readonly status: number;
  /** Parsed JSON, or the text when it is not JSON. */
  readonly body: unknown;
}

async function exchange(url: string, init: RequestInit = {}): Promise<ModuleAnswer> {
  const answer = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  try {
    return { status: answer.status, body: JSON.parse(text) as unknown };
  } catch {
    // Pages are HTML; they are returned as they are.
    return { status: answer.status, body: text };
  }
}

/**
 * Tells the module whether it is active, once. Returns its answer, status 0 when it cannot be reached, or null when the
 * module declared no such action. Whether the real CRM tries again is not known.
 */
export async function sendActivity(
  account: AccountState,
  module: ModuleRecord,
  systemUrl: string,
): Promise<ModuleAnswer | null> {
  const action = module.actions['activity'];
  if (action === undefined) return null;
  const activity = JSON.stringify({ active: module.active, freeze: module.freeze });
  const body = new URLSearchParams({ clientId: module.clientId, activity, systemUrl });
  account.gateway.announce('talk');
  const url = `${module.baseUrl.replace(/\/$/, '')}/${action.replace(/^\//, '')}`;
  try {
    return await exchange(url, { method: 'POST', body });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return { status: 0, body: cause.message };
  }
}

export interface SimpleConnectChoice {
  /** Replaces the correct signature. */
  readonly token?: string;
  readonly apiKey?: string;
  readonly systemUrl?: string;
  /** Replaces the whole field `register`; null leaves the field out. */
  readonly register?: string | null;
}

export interface SimpleConnectResult {
  readonly config: ModuleAnswer;
  /** Null when the configuration was not usable, so that nothing was posted. */
  readonly registration: ModuleAnswer | null;
}

const configSchema = z.object({ success: z.literal(true), scopes: z.array(z.string()), registerUrl: z.url() });

/** hex(HMAC-SHA256(secret of the card, API key)): the token of a one-step connection. */
export function simpleToken(secret: string, apiKey: string): string {
  return createHmac('sha256', secret).update(apiKey).digest('hex');
}

/** A user presses "Connect": the configuration is read, the scopes are granted, the registration is posted. */
export async function connectInOneStep(
  account: AccountState,
  configUrl: string,
  choice: SimpleConnectChoice = {},
): Promise<SimpleConnectResult> {
  const config = await exchange(configUrl);
  const parsed = configSchema.safeParse(config.body);
  if (!parsed.success) return { config, registration: null };
  account.scopes = [...new Set([...account.scopes, ...parsed.data.scopes])];
  const apiKey = choice.apiKey ?? account.apiKey;
  const token = choice.token ?? simpleToken(account.gateway.options.simpleSecret, apiKey);
  const systemUrl = choice.systemUrl ?? account.crm.origin;
  const register = choice.register === undefined ? JSON.stringify({ token, apiKey, systemUrl }) : choice.register;
  const body = new URLSearchParams(register === null ? {} : { register });
  return { config, registration: await exchange(parsed.data.registerUrl, { method: 'POST', body }) };
}

/** A user opens a page of the module, its configuration form or its account page; `account` is added to the query if it is missing. */
export async function openPage(account: AccountState, url: string): Promise<ModuleAnswer> {
  const target = new URL(url);
  if (!target.searchParams.has('account')) target.searchParams.set('account', account.crm.origin);
  return await exchange(target.href);
}
