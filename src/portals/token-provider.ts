/**
 * Provides the portals' tokens: opens them for calls, has them refreshed once no matter how many callers ask, and records in the database
 * which portals are on hold because they refuse everything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OAuthClient } from '../bitrix24/rest/oauth-client.ts';
import type { PortalAccess, RenewalReason, TokenProvider } from '../bitrix24/rest/portal-access.ts';
import { AppError } from '../core/errors.ts';
import { within } from '../lib/clock.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { NetworkGuard } from '../lib/network-guard.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import { findPortal, lockPortal, type Portal, updatePortal } from '../store/tenants/portals.ts';
import { claimProbe, endHold, findToken, holdToken, lockToken, type TokenRow } from '../store/tenants/tokens.ts';
import type { PortalCache } from './portal-cache.ts';
import { createRefreshLimiter, type RefreshLimiter } from './refresh-limiter.ts';
import { tokenContext, webhookUser } from './token-context.ts';
import { disconnected, held, notInstalled, overtaken, refreshWaits, webhookDead } from './token-errors.ts';
import { TokenExchange } from './token-exchange.ts';

export interface TokenProviderOptions {
  readonly db: Pool;
  readonly portals: Pick<PortalCache, 'forget'>;
  readonly sealer: Sealer;
  readonly oauth: OAuthClient;
  readonly guard: NetworkGuard;
  readonly log: Logger;
  /** Absent: the provider makes one of its own. */
  readonly gate?: RefreshLimiter;
}

export interface ClosableTokenProvider extends TokenProvider {
  /** Resolves when no refresh is under way: a pair that was given and not stored would be lost with the process. */
  idle(): Promise<void>;
}

/** An opened token is kept this long; one that another process has rotated is noticed by its `expired_token`. */
const believedMs = 10_000;

/** After a refusal the portal and its OAuth host are left alone for so long, unless somebody brings other tokens. */
const holdSeconds = 300;

/** How long the one call may take by which a held portal is tried again. */
const probeSeconds = 30;

/** Callers wait no longer than this for a refresh; it continues, and they try again later. */
const patienceMs = 3_000;

/** How long this process waits for a refresh by another one before it throws `bitrix24.refresh_waits`. */
const othersMs = 25_000;

type Trouble = 'disconnected' | 'suspended';

/** What errors of a refresh say of the portal as a whole. */
const refusalStates = new Map<string, Trouble>([
  ['bitrix24.disconnected', 'disconnected'],
  ['bitrix24.payment_required', 'suspended'],
]);

export function createTokenProvider(options: TokenProviderOptions): ClosableTokenProvider {
  return new StoredTokens(options);
}

class StoredTokens implements ClosableTokenProvider {
  readonly #options: TokenProviderOptions;
  readonly #exchange: TokenExchange;
  readonly #opened = new Map<string, { readonly readAt: number; readonly access: PortalAccess }>();
  readonly #renewing = new Map<string, Promise<PortalAccess>>();
  readonly #askedForMove = new Map<string, number>();

  constructor(options: TokenProviderOptions) {
    this.#options = options;
    this.#exchange = new TokenExchange({ ...options, gate: options.gate ?? createRefreshLimiter() });
  }

  current(id: string): Promise<PortalAccess> {
    const known = this.#opened.get(id);
    if (known !== undefined && performance.now() - known.readAt < believedMs) return Promise.resolve(known.access);
    return this.#read(id);
  }

  renew(id: string, stale: PortalAccess, reason: RenewalReason): Promise<PortalAccess> {
    return reason === 'moved' ? this.#findMoved(id, stale) : this.#renew(id, stale);
  }

  lost(_id: string, access: PortalAccess, cause: AppError): Promise<unknown> {
    const error = access.accessToken === null ? webhookDead(cause) : disconnected(cause);
    return this.#hold(access, 'disconnected', error);
  }

  suspended(access: PortalAccess, cause: AppError): Promise<unknown> {
    return this.#hold(access, 'suspended', cause);
  }

  async recovered({ portal }: PortalAccess): Promise<void> {
    await inTransaction(this.#options.db, async (trx) => {
      const row = await lockPortal(trx, portal);
      if (row === null || row.state === 'uninstalled') return;
      await updatePortal(trx, portal, { state: 'installed' });
      await endHold(trx, portal);
    });
    await wakeLanes(this.#options.db, 'outbox', portal);
    this.#options.portals.forget(portal);
    this.#options.log.info({ portal }, 'the portal works again');
  }

  async idle(): Promise<void> {
    while (this.#renewing.size > 0) await Promise.allSettled(this.#renewing.values());
  }

  #open(portal: Portal, token: TokenRow): PortalAccess {
    const secret = this.#options.sealer.open(token.access_sealed, tokenContext.access(portal.portal));
    if (token.user_id === webhookUser) {
      const clientId = this.#options.sealer.open(token.refresh_sealed, tokenContext.refresh(portal.portal));
      return { portal: portal.portal, endpoint: secret, accessToken: null, clientId };
    }
    return { portal: portal.portal, endpoint: portal.client_endpoint, accessToken: secret, clientId: null };
  }

  async #find(id: string): Promise<{ portal: Portal; token: TokenRow }> {
    const portal = await findPortal(this.#options.db, id);
    const token = await findToken(this.#options.db, id);
    if (portal === null || portal.state === 'uninstalled' || token === null) throw notInstalled();
    return { portal, token };
  }

  /** The stored access. A portal that is left alone is called by one caller only, once its time is over. */
  async #read(id: string): Promise<PortalAccess> {
    const { portal, token } = await this.#find(id);
    const access = this.#open(portal, token);
    if (portal.state === 'installed' || token.backoff_code === null) {
      this.#opened.set(id, { readAt: performance.now(), access });
      return access;
    }
    if (token.held_ms !== null) throw held(token, token.held_ms);
    if (!(await claimProbe(this.#options.db, id, probeSeconds))) throw held(token, probeSeconds * 1_000);
    return { ...access, isProbe: true };
  }

  /** A pair other than the stale one: brought by somebody else meanwhile, or exchanged now. */
  async #refresh(id: string, stale: PortalAccess): Promise<PortalAccess> {
    const end = performance.now() + othersMs;
    for (let pauseMs = 25; performance.now() < end; pauseMs = Math.min(pauseMs * 2, 500)) {
      const { portal, token } = await this.#find(id);
      const stored = this.#open(portal, token);
      // An incoming webhook is never exchanged.
      const isOther = stored.accessToken !== stale.accessToken || stored.endpoint !== stale.endpoint;
      if (isOther || stored.accessToken === null) return stored;
      if (portal.state !== 'installed' && token.held_ms !== null && stale.isProbe !== true) {
        throw held(token, token.held_ms);
      }
      if ((await this.#exchange.exchange(portal, token, stale.isProbe === true)) !== null) {
        // What counts is what is stored now: the new pair, or one that somebody brought meanwhile.
        const now = await this.#find(id);
        return this.#open(now.portal, now.token);
      }
      await sleep(pauseMs);
    }
    throw refreshWaits();
  }

  async #renewOnce(id: string, stale: PortalAccess): Promise<PortalAccess> {
    try {
      const access = await this.#refresh(id, stale);
      this.#opened.set(id, { readAt: performance.now(), access });
      this.#options.portals.forget(id);
      return access;
    } catch (error) {
      const state = error instanceof AppError ? refusalStates.get(error.code) : undefined;
      throw error instanceof AppError && state !== undefined ? await this.#hold(stale, state, error) : error;
    } finally {
      this.#renewing.delete(id);
    }
  }

  #begin(id: string, stale: PortalAccess): Promise<PortalAccess> {
    const own = this.#renewOnce(id, stale);
    this.#renewing.set(id, own);
    // It may fail when nobody waits for it any more; the next caller gets the same error.
    own.catch(ignore);
    return own;
  }

  /**
   * Records that the portal is in trouble and to be left alone, and returns the error to throw. If somebody brought other tokens meanwhile (an
   * administrator, another process), the refusal means nothing: then the call is simply worth another try.
   */
  async #hold(access: PortalAccess, state: Trouble, error: AppError): Promise<unknown> {
    const { portal: id } = access;
    const secret = access.accessToken ?? access.endpoint;
    const found = await inTransaction(this.#options.db, async (trx) => {
      const portal = await lockPortal(trx, id);
      const token = await lockToken(trx, id);
      if (portal === null || token === null) return 'gone';
      if (this.#options.sealer.open(token.access_sealed, tokenContext.access(id)) !== secret) return 'overtaken';
      const isKnown = portal.state === state && token.backoff_code === error.code;
      if (!isKnown || token.held_ms === null || access.isProbe === true) {
        await updatePortal(trx, id, { state });
        await holdToken(trx, id, error.code, holdSeconds);
      }
      return isKnown ? 'known' : 'new';
    });
    this.#opened.delete(id);
    this.#options.portals.forget(id);
    if (found === 'overtaken') return overtaken(error);
    if (found === 'new') this.#options.log.error({ portal: id, err: error }, `the portal is ${state}`);
    return error;
  }

  /** True when the OAuth host was asked a moment ago where this portal lives, by this process. */
  #wasAskedForMove(id: string): boolean {
    const now = performance.now();
    for (const [portal, at] of this.#askedForMove) {
      if (now - at < holdSeconds * 1_000) break;
      this.#askedForMove.delete(portal);
    }
    if (this.#askedForMove.has(id)) return true;
    this.#askedForMove.set(id, now);
    return false;
  }

  async #renew(id: string, stale: PortalAccess): Promise<PortalAccess> {
    for (;;) {
      const running = this.#renewing.get(id);
      if (running === undefined) return await inTime(this.#begin(id, stale));
      const access = await inTime(running);
      // That refresh may have begun for a token older than ours, and have found only ours.
      if (access.accessToken !== stale.accessToken || access.endpoint !== stale.endpoint) return access;
    }
  }

  /** For a portal that redirects: only a refresh tells where it lives, whatever pair is stored. This process makes one per portal in five minutes. */
  async #findMoved(id: string, stale: PortalAccess): Promise<PortalAccess> {
    const running = this.#renewing.get(id);
    if (running !== undefined) await inTime(running);
    const { portal, token } = await this.#find(id);
    const stored = this.#open(portal, token);
    if (stored.endpoint !== stale.endpoint || this.#wasAskedForMove(id)) return stored;
    const newest = stale.isProbe === true ? { ...stored, isProbe: true } : stored;
    return await inTime(this.#renewing.get(id) ?? this.#begin(id, newest));
  }
}

function ignore(): void {}

/** The result, if it comes soon; otherwise `bitrix24.refresh_waits`. */
async function inTime(running: Promise<PortalAccess>): Promise<PortalAccess> {
  const access = await within(running, patienceMs, null);
  if (access === null) throw refreshWaits();
  return access;
}
