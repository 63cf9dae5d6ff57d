/** Erases a portal on somebody's order: removes the bots that only its secrets can remove, leaves the accounts of brains, deletes every trace. */
import type { Sealer } from '../lib/encryption.ts';
import type { HttpClient } from '../lib/http-client.ts';
import { webhookUser } from '../portals/token-context.ts';
import { type LeftBot, removeWebhookBots } from '../portals/webhook-removal.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { erasePortal } from '../store/tenants/portal-erasure.ts';
import { findToken } from '../store/tenants/tokens.ts';
import type { AccountWork } from './account-work.ts';
import { eraseWithAccounts, type LeftConnection } from './leave-connection.ts';

export interface ErasePortalOptions {
  /** Called only for a portal in webhook mode. */
  readonly sealer: () => Promise<Sealer>;
  readonly http: () => HttpClient;
  readonly work: AccountWork;
}

export interface ErasedPortal {
  readonly isErased: boolean;
  /** Bots that stay in a portal in webhook mode: without its erased secrets, the app cannot delete them any more. */
  readonly leftBots: readonly LeftBot[];
  readonly left: readonly LeftConnection[];
}

export async function erasePortalNow(
  { sealer, http, work }: ErasePortalOptions,
  portal: string,
): Promise<ErasedPortal> {
  const isWebhook = (await findToken(work.db, portal))?.user_id === webhookUser;
  const leftBots = isWebhook
    ? await removeWebhookBots({ db: work.db, sealer: await sealer(), http: http() }, portal)
    : [];
  return { leftBots, ...(await eraseWithAccounts(work, portal, false)) };
}

/** Erases only the rows of a copy in a cell where the portal does not live: the other cell uses its bots and accounts. */
export async function eraseCopy(db: Pool, portal: string): Promise<ErasedPortal> {
  return { isErased: await inTransaction(db, (trx) => erasePortal(trx, portal, false)), leftBots: [], left: [] };
}
