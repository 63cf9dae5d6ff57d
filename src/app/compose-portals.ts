/** Composes what concerns the portals: what is known of them, their tokens, the client that calls them, and their installation. */
import { createPortalClient, type PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { Settings } from '../config.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import { createInstallation, type Installation } from '../portals/installation.ts';
import { createPortalCache, type PortalCache } from '../portals/portal-cache.ts';
import { createPortalRateLimiter } from '../portals/portal-rate-limiter.ts';
import { type ClosableTokenProvider, createTokenProvider } from '../portals/token-provider.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { RateLimiters } from '../runtime/rate-limiter.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { Pool } from '../store/database.ts';
import type { Remotes } from './compose-remotes.ts';

export interface Portals {
  readonly cache: PortalCache;
  /** The same over the endpoint's own database connections. */
  readonly endpointCache: PortalCache;
  readonly tokenProvider: ClosableTokenProvider;
  readonly client: PortalClient;
  readonly installation: Installation;
}

export interface ComposePortalsOptions {
  readonly settings: Settings;
  readonly db: Pool;
  readonly endpointDb: Pool;
  readonly sealer: Sealer;
  readonly remotes: Remotes;
  readonly rateLimiters: RateLimiters;
  readonly wakeups: Wakeups;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export function composePortals(options: ComposePortalsOptions): Portals {
  const { settings, db, sealer, metrics, log, wakeups } = options;
  const { guard, oauth, hotHttp, rareHttp } = options.remotes;
  const cache = createPortalCache(db);
  const endpointCache = createPortalCache(options.endpointDb);
  cache.onForget((portal) => endpointCache.forget(portal));
  const tokenProvider = createTokenProvider({ db, portals: cache, sealer, oauth, guard, log });
  const rateLimiter = createPortalRateLimiter({
    rateLimiters: options.rateLimiters,
    portals: cache,
    usual: { perSecond: settings.B24_RATE_PER_SECOND, burst: settings.B24_RATE_BURST },
    onWait: () => metrics.budgetWaits.inc(),
  });
  const client = createPortalClient(hotHttp, tokenProvider, rateLimiter, ({ method, code, ms }) => {
    metrics.restCalls.inc({ code });
    metrics.restSeconds.observe(ms / 1000);
    log.debug({ method, result: code, ms: Math.round(ms) }, 'bitrix24 call');
  });
  const installation = createInstallation({ db, portals: cache, sealer, oauth, guard, http: rareHttp, wakeups, log });
  return { cache, endpointCache, tokenProvider, client, installation };
}
