/**
 * Keeps the portals' tokens: opens them for calls, has them refreshed once, whoever and how many ask, and remembers in the database
 * which portals are to be left alone because they refuse everything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OAuthClient } from '../bitrix24/rest/oauth-client.ts';
import type { PortalAccess, TokenProvider } from '../bitrix24/rest/portal-client.ts';
import { AppError } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { NetworkGuard } from '../lib/network-guard.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import { findPortal, lockPortal, type Portal, updatePortal } from '../store/tenants/portals.ts';
import { claimProbe, endHold, findToken, holdToken, lockToken, type TokenRow } from '../store/tenants/tokens.ts';
import type { Directory } from './directory.ts';
import { createRefreshLimiter, type RefreshLimiter } from './refresh-limiter.ts';
import { tokenContext, webhookUser } from './token-context.ts';
import { disconnected, held, notInstalled, overtaken, refreshWaits, webhookDead } from './token-errors.ts';
import { createTokenExchange } from './token-exchange.ts';

export interface TokenProviderOptions {
  readonly db: Pool;
  readonly directory: Directory;
  readonly sealer: Sealer;
  readonly oauth: OAuthClient;
  readonly guard: NetworkGuard;
  readonly log: Logger;
  /** One of its own when absent. */
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

/** What the one call by which a held portal is tried again may take. */
const probeSeconds = 30;

/** Nobody stands longer than this for a refresh; it goes on, and who needs it comes back. */
const patienceMs = 3_000;

/** How long a refresh by another process is waited for before this one gives the question back. */
const othersMs = 25_000;

type Trouble = 'disconnected' | 'suspended';

/** What errors of a refresh say of the portal as a whole. */
const refusalStates = new Map<string, Trouble>([
  ['bitrix24.disconnected', 'disconnected'],
  ['bitrix24.payment_required', 'suspended'],
]);

export function createTokenProvider(options: TokenProviderOptions): ClosableTokenProvider {
  const { db, sealer, directory } = options;
  const exchange = createTokenExchange({ ...options, gate: options.gate ?? createRefreshLimiter() }).exchange;
  const opened = new Map<string, { readonly readAt: number; readonly access: PortalAccess }>();
  const renewing = new Map<string, Promise<PortalAccess>>();
  const askedForMove = new Map<string, number>();

  function open(portal: Portal, token: TokenRow): PortalAccess {
    const secret = sealer.open(token.access_sealed, tokenContext.access(portal.portal));
    if (token.user_id === webhookUser) {
      const clientId = sealer.open(token.refresh_sealed, tokenContext.refresh(portal.portal));
      return { portal: portal.portal, endpoint: secret, accessToken: null, clientId };
    }
    return { portal: portal.portal, endpoint: portal.client_endpoint, accessToken: secret, clientId: null };
  }

  async function find(id: string): Promise<{ portal: Portal; token: TokenRow }> {
    const portal = await findPortal(db, id);
    const token = await findToken(db, id);
    if (portal === null || portal.state === 'uninstalled' || token === null) throw notInstalled();
    return { portal, token };
  }

  /** The stored access. A portal that is left alone is called by one caller only, once its time is over. */
  async function read(id: string): Promise<PortalAccess> {
    const { portal, token } = await find(id);
    const access = open(portal, token);
    if (portal.state === 'installed' || token.backoff_code === null) {
      opened.set(id, { readAt: performance.now(), access });
      return access;
    }
    if (token.held_ms !== null) throw held(token, token.held_ms);
    if (!(await claimProbe(db, id, probeSeconds))) throw held(token, probeSeconds * 1_000);
    return { ...access, isProbe: true };
  }

  /** A pair other than the stale one: brought by somebody else meanwhile, or exchanged now. */
  async function refresh(id: string, stale: PortalAccess): Promise<PortalAccess> {
    const end = performance.now() + othersMs;
    for (let pauseMs = 25; performance.now() < end; pauseMs = Math.min(pauseMs * 2, 500)) {
      const { portal, token } = await find(id);
      const stored = open(portal, token);
      if (stored.accessToken === null) throw webhookDead();
      if (stored.accessToken !== stale.accessToken || stored.endpoint !== stale.endpoint) return stored;
      if (portal.state !== 'installed' && token.held_ms !== null && stale.isProbe !== true) {
        throw held(token, token.held_ms);
      }
      if ((await exchange(portal, token, stale.isProbe === true)) !== null) {
        // What counts is what is stored now: the new pair, or one that somebody brought meanwhile.
        const now = await find(id);
        return open(now.portal, now.token);
      }
      await sleep(pauseMs);
    }
    throw refreshWaits();
  }

  async function renewOnce(id: string, stale: PortalAccess): Promise<PortalAccess> {
    try {
      const access = await refresh(id, stale);
      opened.set(id, { readAt: performance.now(), access });
      directory.forget(id);
      return access;
    } catch (error) {
      const state = error instanceof AppError ? refusalStates.get(error.code) : undefined;
      throw error instanceof AppError && state !== undefined ? await hold(stale, state, error) : error;
    } finally {
      renewing.delete(id);
    }
  }

  function begin(id: string, stale: PortalAccess): Promise<PortalAccess> {
    const own = renewOnce(id, stale);
    renewing.set(id, own);
    // It may end when nobody waits for it any more; whoever comes next meets the same trouble.
    own.catch(ignore);
    return own;
  }

  /**
   * Writes down that the portal is in trouble and to be left alone, and returns the error to throw. Who brought other tokens meanwhile
   * (an administrator, another process) has made the refusal meaningless: then the call is simply worth another try.
   */
  async function hold(access: PortalAccess, state: Trouble, error: AppError): Promise<unknown> {
    const { portal: id, accessToken } = access;
    if (accessToken === null) return error;
    const found = await inTransaction(db, async (trx) => {
      const portal = await lockPortal(trx, id);
      const token = await lockToken(trx, id);
      if (portal === null || token === null) return 'gone';
      if (sealer.open(token.access_sealed, tokenContext.access(id)) !== accessToken) return 'overtaken';
      const isKnown = portal.state === state && token.backoff_code === error.code;
      if (!isKnown || token.held_ms === null || access.isProbe === true) {
        await updatePortal(trx, id, { state });
        await holdToken(trx, id, error.code, holdSeconds);
      }
      return isKnown ? 'known' : 'new';
    });
    opened.delete(id);
    directory.forget(id);
    if (found === 'overtaken') return overtaken(error);
    if (found === 'new') options.log.error({ portal: id, err: error }, `the portal is ${state}`);
    return error;
  }

  /** True when the OAuth host was asked a moment ago where this portal lives, by this process. */
  function wasAskedForMove(id: string): boolean {
    const now = performance.now();
    for (const [portal, at] of askedForMove) {
      if (now - at < holdSeconds * 1_000) break;
      askedForMove.delete(portal);
    }
    if (askedForMove.has(id)) return true;
    askedForMove.set(id, now);
    return false;
  }

  async function renew(id: string, stale: PortalAccess): Promise<PortalAccess> {
    for (;;) {
      const running = renewing.get(id);
      if (running === undefined) return await inTime(begin(id, stale));
      const access = await inTime(running);
      // It may have been begun for a token older than ours, and have found only ours.
      if (access.accessToken !== stale.accessToken || access.endpoint !== stale.endpoint) return access;
    }
  }

  /** A portal redirects: only a refresh tells where it lives, whatever pair is stored. One is made, once in a while. */
  async function findMoved(id: string, stale: PortalAccess): Promise<PortalAccess> {
    const running = renewing.get(id);
    if (running !== undefined) await inTime(running);
    const { portal, token } = await find(id);
    const stored = open(portal, token);
    if (stored.endpoint !== stale.endpoint || wasAskedForMove(id)) return stored;
    const newest = stale.isProbe === true ? { ...stored, isProbe: true } : stored;
    return await inTime(renewing.get(id) ?? begin(id, newest));
  }

  return {
    current(id) {
      const known = opened.get(id);
      if (known !== undefined && performance.now() - known.readAt < believedMs) return Promise.resolve(known.access);
      return read(id);
    },
    renew: (id, stale, reason) => (reason === 'moved' ? findMoved(id, stale) : renew(id, stale)),
    lost: (_id, access, cause) => hold(access, 'disconnected', disconnected(cause)),
    suspended: (access, cause) => hold(access, 'suspended', cause),
    async recovered({ portal }) {
      await inTransaction(db, async (trx) => {
        const row = await lockPortal(trx, portal);
        if (row === null || row.state === 'uninstalled') return;
        await updatePortal(trx, portal, { state: 'installed' });
        await endHold(trx, portal);
      });
      await wakeLanes(db, 'outbox', portal);
      directory.forget(portal);
      options.log.info({ portal }, 'the portal works again');
    },
    async idle() {
      while (renewing.size > 0) await Promise.allSettled(renewing.values());
    },
  };
}

function ignore(): void {}

/** The result, if it comes soon; otherwise `bitrix24.refresh_waits`. */
async function inTime(running: Promise<PortalAccess>): Promise<PortalAccess> {
  const waiting = new AbortController();
  const late = sleep(patienceMs, null, { signal: waiting.signal }).catch(() => null);
  try {
    const access = await Promise.race([running, late]);
    if (access === null) throw refreshWaits();
    return access;
  } finally {
    waiting.abort();
  }
}
