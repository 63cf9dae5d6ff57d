/** Composes what concerns the portals: what is known of them, their tokens, the client that calls them, and their installation. */
import { createBatchedCalls } from '../bitrix24/rest/batched-calls.ts';
import { type CallObserver, createPortalClient } from '../bitrix24/rest/portal-client.ts';
import { systemClock } from '../lib/clock.ts';
import { createCells } from '../portals/cells/cells.ts';
import { createRoleConfirmation } from '../portals/confirm-role.ts';
import { createInstallation } from '../portals/installation.ts';
import { createPortalCache } from '../portals/portal-cache.ts';
import { createPortalRateLimiter } from '../portals/portal-rate-limiter.ts';
import { createTokenProvider } from '../portals/token-provider.ts';
import type { Base } from './base.ts';

export type Portals = ReturnType<typeof composePortals>;

export function composePortals(base: Base) {
  const { settings, timings, db, sealer, guard, oauth, metrics, figures, restLog, wakeups, log } = base;
  const cache = createPortalCache(db, timings.believedMs);
  const endpointCache = createPortalCache(base.endpointDb, timings.believedMs);
  cache.onForget((portal) => endpointCache.forget(portal));
  const tokenProvider = createTokenProvider({ db, portals: cache, sealer, oauth, guard, log });
  const onWait = (): void => metrics.budgetWaits.inc();
  const rateLimiter = createPortalRateLimiter({
    rateLimiters: base.rateLimiters,
    portals: cache,
    usual: { perSecond: settings.B24_RATE_PER_SECOND, burst: settings.B24_RATE_BURST },
    onWait,
  });
  const observe: CallObserver = (call) => {
    const { portal, method, code, ms, isInBatch } = call;
    // Metrics count requests; the log names every call.
    if (!isInBatch) {
      metrics.restCalls.inc({ code });
      metrics.restSeconds.observe(ms / 1000);
      figures.count(portal, { kind: 'call', botCode: '', name: code });
    }
    restLog.note(call);
    log.debug({ method, result: code, ms: Math.round(ms) }, 'bitrix24 call');
  };
  const { restTimeoutMs: timeoutMs, operatingHoldMs } = timings;
  const client = createPortalClient(base.hotHttp, tokenProvider, rateLimiter, { observe, timeoutMs });
  const calls = createBatchedCalls({ client, rateLimiter, clock: systemClock, onWait, operatingHoldMs });
  const http = base.rareHttp;
  const { directory } = base;
  const own = settings.CELL;
  const cells =
    directory === null || own === undefined
      ? null
      : createCells({ own, directory, portals: endpointCache, clock: systemClock, log });
  const asking = { http, guard, rateLimiter };
  const installation = createInstallation({ ...asking, db, cells, portals: cache, sealer, oauth, wakeups, log });
  const confirmRole = createRoleConfirmation({ ...asking, log });
  return { cache, endpointCache, cells, tokenProvider, client, calls, installation, confirmRole };
}
