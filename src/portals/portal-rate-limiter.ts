/** Lets Bitrix24 calls pass at the rate their portal allows, over all processes: the limiter of `runtime/` with the portal's numbers. */
import type { PortalRateLimiter } from '../bitrix24/rest/portal-client.ts';
import type { CallRate } from '../core/connector-tools.ts';
import type { RateLimiters } from '../runtime/rate-limiter.ts';
import type { PortalCache } from './portal-cache.ts';

export type Rate = CallRate;

/** 2 requests a second over a bucket of 50 (docs/platform-notes/bitrix24.md#rate-limits), less one: portals also count what others do. */
export const standardRate: Rate = { perSecond: 2, burst: 49 };

/** The same for Enterprise plans. */
export const enterpriseRate: Rate = { perSecond: 5, burst: 245 };

/** Nobody's failure: the lane comes back when the budget has room, and the attempt is not counted. */
export const budgetCode = 'bitrix24.budget';

const bucket = 'bitrix24.rest';

/** After the portal itself said that the budget is used up, nobody asks it for this long. */
const exhaustedMs = 1_000;

export interface PortalRateLimiterOptions {
  readonly rateLimiters: RateLimiters;
  readonly portals: Pick<PortalCache, 'portal'>;
  /** The rate of portals that have none of their own. */
  readonly usual: Rate;
  /** Called whenever a portal's budget is found used up. */
  readonly onWait?: () => void;
}

export function createPortalRateLimiter(options: PortalRateLimiterOptions): PortalRateLimiter {
  const { rateLimiters, portals, usual, onWait } = options;
  return {
    async pass(portal, patienceMs) {
      const row = (await portals.portal(portal)).portal;
      const rate = { perSecond: row?.rate_per_second ?? usual.perSecond, burst: row?.rate_burst ?? usual.burst };
      const waiting = { patienceMs, code: budgetCode, ...(onWait === undefined ? {} : { onWait }) };
      await rateLimiters.turn({ portal, bucket, ...rate }, waiting);
    },
    exhausted: (portal) => rateLimiters.close({ portal, bucket }, exhaustedMs),
  };
}
