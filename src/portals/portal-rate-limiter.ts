/** Lets Bitrix24 calls pass at the rate their portal allows, over all processes: the limiter of `runtime/` with the portal's numbers. */
import { budgetCode } from '../bitrix24/rest/not-sent.ts';
import type { PortalRateLimiter } from '../bitrix24/rest/portal-access.ts';
import type { CallRate } from '../core/connector-tools.ts';
import type { RateLimiters } from '../runtime/rate-limiter.ts';
import type { BudgetAsk } from '../runtime/shared-budgets.ts';
import type { Portal } from '../store/tenants/portals.ts';
import type { PortalCache } from './portal-cache.ts';

export type Rate = CallRate;

/** 2 requests a second over a bucket of 50 (docs/platform-notes/bitrix24.md#rate-limits), less one: portals also count what others do. */
export const standardRate: Rate = { perSecond: 2, burst: 49 };

/** The same for Enterprise plans. */
export const enterpriseRate: Rate = { perSecond: 5, burst: 245 };

/** Enterprise plans as `LICENSE` names them, after the portal's region (docs/platform-notes/bitrix24.md#rate-limits). */
const enterpriseLicense = /_ent\d*$/i;

/** The bucket of a portal's REST requests. */
export const budgetBucket = 'bitrix24.rest';

/** After the portal itself said that the budget is used up, nobody asks it for this long, and its bucket counts as full. */
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

  async function limitOf(portal: string): Promise<BudgetAsk> {
    return { portal, bucket: budgetBucket, ...rateOf((await portals.portal(portal)).portal, usual) };
  }

  return {
    async pass(portal, patienceMs) {
      const waiting = { patienceMs, code: budgetCode, ...(onWait === undefined ? {} : { onWait }) };
      await rateLimiters.turn(await limitOf(portal), waiting);
    },
    async tryPass(portal, leaves = 0) {
      const limit = await limitOf(portal);
      return await rateLimiters.tryTurn({ ...limit, burst: Math.max(1, limit.burst * (1 - leaves)) });
    },
    exhausted(portal) {
      rateLimiters.close({ portal, bucket: budgetBucket }, exhaustedMs);
      // The bucket here was emptier than the portal's, which counts others too: all processes learn that it is full.
      void limitOf(portal).then(
        (limit) => rateLimiters.holdOff(limit, exhaustedMs),
        // The database is away; this process waits all the same, and the portal will tell the others itself.
        () => undefined,
      );
    },
  };
}

/** What was set for the portal, else what its plan tells, else the usual rate. */
export function rateOf(row: Pick<Portal, 'license' | 'rate_per_second' | 'rate_burst'> | null, usual: Rate): Rate {
  const plan = enterpriseLicense.test(row?.license ?? '') ? larger(enterpriseRate, usual) : usual;
  return { perSecond: row?.rate_per_second ?? plan.perSecond, burst: row?.rate_burst ?? plan.burst };
}

const larger = (one: Rate, other: Rate): Rate => ({
  perSecond: Math.max(one.perSecond, other.perSecond),
  burst: Math.max(one.burst, other.burst),
});
