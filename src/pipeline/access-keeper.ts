/** Keeps the portals' tokens: opens them for calls, and refreshes them once, whoever and how many ask. */

import type { OAuthClient } from '../bitrix24/rest/oauth-client.ts';
import type { AccessKeeper, PortalAccess } from '../bitrix24/rest/portal-client.ts';
import { AppError, RemoteRefused } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { NetworkGuard } from '../lib/network-guard.ts';
import type { Pool } from '../store/database.ts';
import { findPortal, type Portal, updatePortal } from '../store/portals.ts';
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
    return await db.transaction(async (trx) => {
      const token = await lockToken(trx, id);
      const portal = await findPortal(trx, id);
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
      await noteRefusal(id, stale, error);
      throw error;
    } finally {
      renewing.delete(id);
    }
  }

  async function noteRefusal(id: string, access: PortalAccess, error: unknown): Promise<void> {
    if (!(error instanceof AppError)) return;
    const { code } = error;
    const state =
      code === 'bitrix24.disconnected' ? 'disconnected' : code === 'bitrix24.payment_required' ? 'suspended' : null;
    if (state === null || access.accessToken === null) return;
    const known = refused.get(id);
    if (known?.accessToken === access.accessToken && performance.now() < known.until) return;
    if (state === 'disconnected')
      refused.set(id, { accessToken: access.accessToken, until: performance.now() + askAgainMs, error });
    options.log.error({ portal: id, err: error }, `the portal is ${state}`);
    await updatePortal(db, id, { state });
    options.directory.forget(id);
  }

  return {
    current(id) {
      const known = opened.get(id);
      if (known !== undefined && performance.now() - known.readAt < believedMs) return Promise.resolve(known.access);
      return read(id);
    },
    renew(id, stale) {
      const running = renewing.get(id) ?? renewOnce(id, stale);
      renewing.set(id, running);
      return running;
    },
    async lost(id, access, cause) {
      const error = disconnected(cause);
      await noteRefusal(id, access, error);
      return error;
    },
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

function webhookDead(): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.disconnected',
    status: 401,
    message: 'the portal no longer accepts its incoming webhook; add the portal again with a living one (portals add)',
    retry: { afterMs: 60_000 },
    report: true,
  });
}
