/**
 * Exchanges a portal's token pair for a new one, once over all processes. A lease on the token row keeps others away; no transaction is open while
 * the OAuth host is asked; the answer is stored only if the traded token is still the stored one.
 *
 * Bitrix24 does not document whether a traded refresh token still works. So the time between the answer and the stored row is kept as short as it can
 * be, the row is written again and again while the database is away, and a refresh whose outcome was not recorded is noted (`refresh_lost_at`), so
 * that a refusal that follows can be explained.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshTokens, OAuthClient } from '../bitrix24/rest/oauth-client.ts';
import { AppError, RemoteUnreachable } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { NetworkGuard } from '../lib/network-guard.ts';
import { inTransaction, isDatabaseAway, type Pool } from '../store/database.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import { lockPortal, type Portal, updatePortal } from '../store/tenants/portals.ts';
import {
  claimRefresh,
  type RefreshLease,
  releaseRefresh,
  renewRefresh,
  rotateToken,
  type TokenRow,
} from '../store/tenants/tokens.ts';
import type { RefreshLimiter } from './refresh-limiter.ts';
import { tokenContext } from './token-context.ts';
import { oauthAway, pairLost } from './token-errors.ts';

export interface TokenExchangeOptions {
  readonly db: Pool;
  readonly sealer: Sealer;
  readonly oauth: OAuthClient;
  readonly guard: NetworkGuard;
  readonly gate: RefreshLimiter;
  readonly log: Logger;
}

/** Long, so that few answers are lost; no transaction is open meanwhile. Shorter than the time a shutdown has. */
const oauthTimeoutMs = 20_000;

/** A process that dies during a refresh keeps others away for so long; a living one renews its lease. */
const leaseSeconds = 15;
const renewMs = 5_000;

/** How long storing a new pair is tried again while the database is away. */
const storeForMs = 120_000;

export class TokenExchange {
  readonly #options: TokenExchangeOptions;

  constructor(options: TokenExchangeOptions) {
    this.#options = options;
  }

  /**
   * Trades the stored refresh token in. Null: not now, because somebody else is doing it, has done it, or the portal is held; look at
   * the stored row again. Throws what the OAuth host's refusal means, and `bitrix24.oauth_away`.
   */
  async exchange(portal: Portal, token: TokenRow, mayProbe: boolean): Promise<FreshTokens | null> {
    const lease = { portal: portal.portal, refreshSealed: token.refresh_sealed, owner: randomUUID(), leaseSeconds };
    const claimed = await claimRefresh(this.#options.db, lease, mayProbe);
    if (claimed === null) return null;
    const keeping = setInterval(() => {
      renewRefresh(this.#options.db, lease).catch((error: unknown) => {
        this.#options.log.warn(
          { portal: portal.portal, err: error },
          'the lease of a token refresh could not be renewed',
        );
      });
    }, renewMs);
    try {
      const fresh = await this.#ask(portal, lease, claimed.refresh_lost_at);
      await this.#store(portal, token, fresh);
      return fresh;
    } finally {
      clearInterval(keeping);
    }
  }

  async #ask(portal: Portal, lease: RefreshLease, lostAt: Date | null): Promise<FreshTokens> {
    const refreshToken = this.#options.sealer.open(lease.refreshSealed, tokenContext.refresh(portal.portal));
    const { server_endpoint: server } = portal;
    try {
      return await this.#options.gate.run(new URL(server).host, () =>
        this.#options.oauth.refresh(server, refreshToken, oauthTimeoutMs),
      );
    } catch (error) {
      const isAway = error instanceof RemoteUnreachable;
      await releaseRefresh(this.#options.db, lease, isAway && error.fate === 'unknown').catch((failure: unknown) => {
        const message = 'the lease of a token refresh could not be given back; it ends by itself';
        this.#options.log.warn({ portal: portal.portal, err: failure }, message);
      });
      if (isAway) throw oauthAway(error);
      const isRefused = error instanceof AppError && error.code === 'bitrix24.disconnected';
      throw isRefused && lostAt !== null ? pairLost(error, lostAt) : error;
    }
  }

  /** Stores the new pair, again and again while the database is away: it is the only pair there is. */
  async #store(portal: Portal, token: TokenRow, fresh: FreshTokens): Promise<void> {
    const end = performance.now() + storeForMs;
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        await this.#storeOnce(portal, token, fresh);
        return;
      } catch (error) {
        if (!isDatabaseAway(error) || performance.now() > end) {
          this.#options.log.error(
            { portal: portal.portal, err: error },
            'a new token pair could not be stored; an administrator may have to open the app in the portal once',
          );
          throw error;
        }
        await sleep(pauseMs);
      }
    }
  }

  async #storeOnce({ portal, client_endpoint }: Portal, token: TokenRow, fresh: FreshTokens): Promise<void> {
    const endpoint = this.#callable(fresh.clientEndpoint) ?? new URL(client_endpoint);
    const sealed = {
      accessSealed: this.#options.sealer.seal(fresh.accessToken, tokenContext.access(portal)),
      refreshSealed: this.#options.sealer.seal(fresh.refreshToken, tokenContext.refresh(portal)),
    };
    const wasAway = await inTransaction(this.#options.db, async (trx) => {
      const stored = await lockPortal(trx, portal);
      if (stored === null || stored.state === 'uninstalled') return false;
      const isStored = await rotateToken(trx, { portal, ...sealed, expiresAt: fresh.expiresAt }, token.refresh_sealed);
      if (!isStored) return false;
      const address = { client_endpoint: endpoint.href, domain: endpoint.host };
      await updatePortal(trx, portal, { ...address, state: 'installed' });
      return stored.state !== 'installed';
    });
    if (wasAway) await wakeLanes(this.#options.db, 'outbox', portal);
  }

  /** An address that must not be called is no reason to lose the pair that came with it. */
  #callable(endpoint: URL): URL | null {
    try {
      return this.#options.guard.checkUrl(endpoint);
    } catch (error) {
      this.#options.log.error(
        { host: endpoint.host, err: error },
        'the OAuth host names an address of a portal that must not be called',
      );
      return null;
    }
  }
}
