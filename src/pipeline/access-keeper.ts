/** Keeps the portals' tokens: opens them for calls, and refreshes them once, whoever and how many ask. */

import type { OAuthClient } from '../bitrix24/rest/oauth-client.ts';
import type { AccessKeeper, PortalAccess } from '../bitrix24/rest/portal-client.ts';
import { AppError, RemoteRefused } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { NetworkGuard } from '../lib/network-guard.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { findPortal, lockPortal, type Portal, updatePortal } from '../store/portals.ts';
import { findToken, lockToken, rotateToken, type TokenRow } from '../store/tokens.ts';
import type { Directory } from './directory.ts';

export interface AccessKeeperOptions {
  readonly db: Pool;
  readonly directory: Directory;
  readonly sealer: Sealer;
  readonly oauth: OAuthClient;
  readonly guard: NetworkGuard;
  readonly log: Logger;
}

/** The contexts under which token boxes are sealed. */
export const tokenContext = {
  access: (portal: string): string => `portal_token.access:${portal}`,
  refresh: (portal: string): string => `portal_token.refresh:${portal}`,
};

/**
 * In place of a user id, marks a portal in webhook mode (dossier §13): the access box then holds the address of its incoming webhook,
 * the refresh box the CLIENT_ID its bots were registered with. Such a portal has nothing to refresh.
 */
export const webhookUser = 'webhook';

/** An opened token is kept this long; one that another process has rotated is noticed by its `expired_token`. */
const believedMs = 10_000;

/** After a refusal the OAuth host is left alone for so long, unless somebody brings other tokens. */
const askAgainMs = 300_000;

/** What errors say of the portal as a whole. */
const refusalStates = new Map<string, 'disconnected' | 'suspended'>([
  ['bitrix24.disconnected', 'disconnected'],
  ['bitrix24.payment_required', 'suspended'],
]);

interface Refused {
  readonly accessToken: string;
  readonly until: number;
  readonly error: AppError;
}

export function createAccessKeeper(options: AccessKeeperOptions): AccessKeeper {
  const { db, sealer } = options;
  const opened = new Map<string, { readonly readAt: number; readonly access: PortalAccess }>();
  const refused = new Map<string, Refused>();
  const renewing = new Map<string, Promise<PortalAccess>>();

  function open(portal: Portal, token: TokenRow): PortalAccess {
    const secret = sealer.open(token.access_box, tokenContext.access(portal.portal));
    const access: PortalAccess =
      token.user_id === webhookUser
        ? {
            portal: portal.portal,
            endpoint: secret,
            accessToken: null,
            clientId: sealer.open(token.refresh_box, tokenContext.refresh(portal.portal)),
          }
        : { portal: portal.portal, endpoint: portal.client_endpoint, accessToken: secret, clientId: null };
    opened.set(portal.portal, { readAt: performance.now(), access });
    return access;
  }

  async function read(id: string): Promise<PortalAccess> {
    const portal = await findPortal(db, id);
    const token = await findToken(db, id);
    if (portal === null || portal.state === 'uninstalled' || token === null) throw notInstalled();
    return open(portal, token);
  }

  /** Asking again and again with a token that was refused can get the app blocked (trap 71). */
  function checkRefused(id: string, accessToken: string): void {
    const known = refused.get(id);
    if (known === undefined) return;
    if (known.accessToken === accessToken && performance.now() < known.until) throw known.error;
    refused.delete(id);
  }

  /** Under the row lock: whoever comes second finds a token other than the one that failed, and uses it. */
  async function refresh(id: string, stale: PortalAccess): Promise<PortalAccess> {
    return await inTransaction(db, async (trx) => {
      const portal = await lockPortal(trx, id);
      const token = await lockToken(trx, id);
      if (portal === null || portal.state === 'uninstalled' || token === null) throw notInstalled();
      const stored = open(portal, token);
      if (stored.accessToken === null) throw webhookDead();
      if (stored.accessToken !== stale.accessToken || stored.endpoint !== stale.endpoint) return stored;
      checkRefused(id, stored.accessToken);
      const refreshToken = sealer.open(token.refresh_box, tokenContext.refresh(id));
      const fresh = await options.oauth.refresh(portal.server_endpoint, refreshToken);
      options.guard.checkUrl(fresh.clientEndpoint);
      const boxes = {
        accessBox: sealer.seal(fresh.accessToken, tokenContext.access(id)),
        refreshBox: sealer.seal(fresh.refreshToken, tokenContext.refresh(id)),
      };
      await rotateToken(trx, { portal: id, ...boxes, expiresAt: fresh.expiresAt });
      const change = {
        client_endpoint: fresh.clientEndpoint.href,
        domain: fresh.clientEndpoint.host,
        state: 'installed' as const,
      };
      await updatePortal(trx, id, change);
      return { ...stored, accessToken: fresh.accessToken, endpoint: change.client_endpoint };
    });
  }

  async function renewOnce(id: string, stale: PortalAccess): Promise<PortalAccess> {
    try {
      // Only after the commit is the new pair used: a crash in between must not leave the old one as the stored one.
      const access = await refresh(id, stale);
      opened.set(id, { readAt: performance.now(), access });
      options.directory.forget(id);
      return access;
    } catch (error) {
      throw await judgeRefusal(id, stale, error);
    } finally {
      renewing.delete(id);
    }
  }

  /**
   * Writes down what a refusal means for the portal, and returns the error to throw. Who brought other tokens meanwhile (an
   * administrator, another process) has made the refusal meaningless: then the call is simply worth another try.
   */
  async function judgeRefusal(id: string, refusedAccess: PortalAccess, error: unknown): Promise<unknown> {
    const state = error instanceof AppError ? refusalStates.get(error.code) : undefined;
    const { accessToken } = refusedAccess;
    if (!(error instanceof AppError) || state === undefined || accessToken === null) return error;
    const isStillStored = await inTransaction(db, async (trx) => {
      await lockPortal(trx, id);
      const token = await lockToken(trx, id);
      if (token === null) return true;
      if (sealer.open(token.access_box, tokenContext.access(id)) !== accessToken) return false;
      await updatePortal(trx, id, { state });
      return true;
    });
    options.directory.forget(id);
    if (!isStillStored) return overtaken(error);
    const isKnown = refused.get(id)?.accessToken === accessToken;
    if (!isKnown) options.log.error({ portal: id, err: error }, `the portal is ${state}`);
    if (state === 'disconnected' && !isKnown) {
      refused.set(id, { accessToken, until: performance.now() + askAgainMs, error });
    }
    return error;
  }

  return {
    current(id) {
      const known = opened.get(id);
      if (known !== undefined && performance.now() - known.readAt < believedMs) return Promise.resolve(known.access);
      return read(id);
    },
    async renew(id, stale) {
      for (;;) {
        const running = renewing.get(id);
        if (running === undefined) break;
        const access = await running;
        // It may have been begun for a token older than ours, and have found only ours.
        if (access.accessToken !== stale.accessToken || access.endpoint !== stale.endpoint) return access;
      }
      const own = renewOnce(id, stale);
      renewing.set(id, own);
      return await own;
    },
    lost: (id, access, cause) => judgeRefusal(id, access, disconnected(cause)),
  };
}

function notInstalled(): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.not_installed',
    status: 403,
    message: 'the app is not installed in this portal (any more)',
  });
}

function disconnected(cause: AppError): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.disconnected',
    status: 401,
    message: `the portal refuses the app's tokens (${cause.code}); an administrator must open the app in the portal once`,
    retry: { afterMs: 120_000 },
    report: true,
    cause,
  });
}

function overtaken(cause: AppError): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.tokens_changed',
    status: 401,
    message: 'the portal got other tokens while a call was made with the former ones',
    retry: { afterMs: 200 },
    cause,
  });
}

function webhookDead(): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.disconnected',
    status: 401,
    message: 'the portal no longer accepts its incoming webhook; add the portal again with a living one (portals add)',
    retry: { afterMs: 60_000 },
    report: true,
  });
}
