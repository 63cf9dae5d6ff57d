/** Lets Bitrix24 calls pass at the rate the portal allows, over all processes: the budget is a row in the database. */

import type { PortalRateLimiter } from '../bitrix24/rest/portal-client.ts';
import { RemoteRefused } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { SharedBudgets } from '../runtime/shared-budgets.ts';
import type { Directory } from './directory.ts';

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** 2 requests a second over a bucket of 50 (docs/platform-notes/bitrix24.md#rate-limits), less one: portals also count what others do. */
export const standardRate: Rate = { perSecond: 2, burst: 49 };

/** The same for Enterprise plans. */
export const enterpriseRate: Rate = { perSecond: 5, burst: 245 };

const bucket = 'bitrix24.rest';

/** After the portal itself said that the budget is used up, nobody asks it for this long. */
const exhaustedMs = 1_000;

/** @param usual the rate of portals that have none of their own */
export function createPortalRateLimiter(
  budgets: SharedBudgets,
  directory: Directory,
  metrics: Metrics,
  clock: Clock,
  usual: Rate,
): PortalRateLimiter {
  /** When the next refused call of a portal may try again: spreads a waiting crowd out instead of letting all return at once. */
  const nextTurn = new Map<string, number>();
  const closedUntil = new Map<string, number>();

  async function rateOf(portal: string): Promise<Rate> {
    const row = (await directory.portal(portal)).portal;
    return { perSecond: row?.rate_per_second ?? usual.perSecond, burst: row?.rate_burst ?? usual.burst };
  }

  /** Milliseconds to wait; 0 means: taken, go. */
  async function ask(portal: string, rate: Rate): Promise<number> {
    const now = clock.monotonicMs();
    const closed = (closedUntil.get(portal) ?? 0) - now;
    if (closed <= 0) {
      const wait = await budgets.ask({ portal, bucket, ...rate });
      if (wait === 0) return 0;
    }
    const turn = Math.max(
      now + Math.max(closed, 0) + 1_000 / rate.perSecond,
      (nextTurn.get(portal) ?? 0) + 1_000 / rate.perSecond,
    );
    nextTurn.set(portal, turn);
    return turn - now;
  }

  return {
    async pass(portal, patienceMs) {
      const rate = await rateOf(portal);
      let patience = patienceMs;
      for (;;) {
        const waitMs = await ask(portal, rate);
        if (waitMs === 0) return;
        metrics.budgetWaits.inc();
        if (waitMs > patience) throw budgetError(waitMs);
        patience -= waitMs;
        await clock.sleep(waitMs);
      }
    },
    exhausted(portal) {
      closedUntil.set(portal, clock.monotonicMs() + exhaustedMs);
    },
  };
}

/** Nobody's failure: the lane comes back when the budget has room, and the attempt is not counted. */
export const budgetCode = 'bitrix24.budget';

function budgetError(waitMs: number): RemoteRefused {
  return new RemoteRefused({
    code: budgetCode,
    status: 429,
    message: 'the portal rate budget is used up for the moment',
    retry: { afterMs: Math.ceil(waitMs) },
  });
}
