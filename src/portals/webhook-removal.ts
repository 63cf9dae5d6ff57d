/** Takes our bots out of a portal that was added by an incoming webhook: nobody removes an app there, so the portal would keep them. */
import { readAnswer } from '../bitrix24/rest/rest-errors.ts';
import { AppError } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { Db } from '../store/database.ts';
import { listBots } from '../store/tenants/bots.ts';
import { findToken } from '../store/tenants/tokens.ts';
import { tokenContext, webhookUser } from './token-context.ts';

export interface WebhookRemovalOptions {
  readonly db: Db;
  readonly sealer: Sealer;
  readonly http: HttpClient;
}

/** A bot that stays in the portal, and why. */
export interface LeftBot {
  readonly code: string;
  readonly problem: AppError;
}

const timeoutMs = 10_000;

/** Codes by which the portal says that there is no such bot of ours any more. */
const goneCodes = new Set(['bitrix24.BOT_ID_ERROR', 'bitrix24.APP_ID_ERROR']);

/**
 * Unregisters every bot, whichever API registered it; with a bot go its commands, its private chats and the events kept for it. Best effort:
 * returns the bots that stay. Empty for a portal that has the app installed: removing the app there removes them.
 */
export async function removeWebhookBots(
  { db, sealer, http }: WebhookRemovalOptions,
  portal: string,
): Promise<readonly LeftBot[]> {
  const token = await findToken(db, portal);
  if (token?.user_id !== webhookUser) return [];
  const webhook = new URL(sealer.open(token.access_sealed, tokenContext.access(portal)));
  const clientId = sealer.open(token.refresh_sealed, tokenContext.refresh(portal));
  const left: LeftBot[] = [];
  for (const { code, bot_id: botId } of await listBots(db, portal)) {
    if (botId === null) continue;
    try {
      const method = 'imbot.unregister';
      const body = JSON.stringify({ BOT_ID: Number(botId), CLIENT_ID: clientId });
      const headers = { 'content-type': 'application/json' };
      const url = new URL(method, webhook);
      readAnswer({ method, ...(await http.send({ method: 'POST', url, headers, body, timeoutMs })) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!goneCodes.has(error.code)) left.push({ code, problem: error });
    }
  }
  return left;
}
