/** How many calls a batch to a portal may have: fewer if the portal is slow, one if it takes no batches. */
import type { Clock } from '../../lib/clock.ts';
import { maxBatchCalls } from './batch.ts';

export interface BatchPace {
  /** The largest number of calls for the portal's next request. */
  most(portal: string): number;
  /** Records how long a batch of this many calls took. */
  note(portal: string, calls: number, ms: number): void;
  /** Records that the portal refused a whole batch. */
  refused(portal: string): void;
}

/** A batch should take no longer than this: the portal makes its calls one after the other and ends a request after 60 s. */
const batchMs = 10_000;

/** The least calls in a batch, however slow the portal is. */
const leastCalls = 5;

/** After a refused batch, calls go alone for this long. */
const aloneMs = 600_000;

/** The number of portals that are remembered. */
const maxRemembered = 5_000;

export function createBatchPace(clock: Pick<Clock, 'monotonicMs'>): BatchPace {
  const paces = new Map<string, { readonly msPerCall: number; readonly aloneUntil: number }>();
  const remember = (portal: string, msPerCall: number, aloneUntil: number): void => {
    if (paces.size >= maxRemembered) paces.clear();
    paces.set(portal, { msPerCall, aloneUntil });
  };
  return {
    most(portal) {
      const pace = paces.get(portal);
      if (pace === undefined) return maxBatchCalls;
      if (pace.aloneUntil > clock.monotonicMs()) return 1;
      return Math.min(maxBatchCalls, Math.max(leastCalls, Math.floor(batchMs / pace.msPerCall)));
    },
    note: (portal, calls, ms) => remember(portal, Math.max(1, ms / calls), 0),
    refused: (portal) => remember(portal, 1, clock.monotonicMs() + aloneMs),
  };
}
