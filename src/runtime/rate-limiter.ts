/** Paces brains' calls to their far sides over all processes: each limit is a bucket in the database. */
import type { CallRate, RateLimiter } from '../core/connector-tools.ts';
import { RemoteRefused, RemoteUnreachable } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { SharedBudgets } from './shared-budgets.ts';

export interface RateLimiterOptions {
  readonly budgets: SharedBudgets;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * A call waits so long in its place. Beyond, its lane waits instead: a far side that wants to be left alone for minutes must not keep
 * those busy who work for others too.
 */
const patienceMs = 5_000;

/** Nobody's failure: the lane comes back when there is room, and the attempt is not counted. */
export const rateLimitCode = 'rate_limit.busy';

/** @param owner first half of the bucket's name: the portal whose brain calls */
export function createRateLimiter(
  options: RateLimiterOptions,
  owner: string,
  bucket: string,
  rate: CallRate,
): RateLimiter {
  const { budgets, clock, log } = options;
  const gapMs = 1_000 / rate.perSecond;
  const wanted = { portal: owner, bucket, ...rate };
  /** When the next refused call may ask again: spreads a waiting crowd out instead of letting all return at once. */
  let nextTurn = Number.NEGATIVE_INFINITY;
  let closedUntil = Number.NEGATIVE_INFINITY;

  /** Milliseconds to wait before asking again; 0: go. */
  async function askOnce(): Promise<number> {
    const closedMs = closedUntil - clock.monotonicMs();
    const waitMs = closedMs > 0 ? closedMs : await budgets.ask(wanted);
    if (waitMs === 0) return 0;
    const now = clock.monotonicMs();
    nextTurn = Math.max(now + waitMs, nextTurn + gapMs);
    // Without chance two processes can fall into step, and the second one then always finds the bucket empty.
    return nextTurn - now + Math.random() * gapMs;
  }

  return {
    async acquire(signal) {
      let patience = patienceMs;
      for (;;) {
        if (signal?.aborted === true) throw aborted();
        const waitMs = await askOnce();
        if (waitMs === 0) return;
        if (waitMs > patience) throw busy(bucket, waitMs);
        patience -= waitMs;
        await clock.sleep(waitMs, signal);
      }
    },
    async throttle(ms) {
      closedUntil = Math.max(closedUntil, clock.monotonicMs() + ms);
      try {
        await budgets.hold(wanted, ms);
      } catch (error) {
        // This process waits all the same, and the far side will tell the others itself.
        log.warn({ bucket, err: error }, 'a pause could not be shared with other processes');
      }
    },
  };
}

function busy(bucket: string, waitMs: number): RemoteRefused {
  return new RemoteRefused({
    code: rateLimitCode,
    status: 429,
    message: `no call may leave now: the limit ${bucket} is used up`,
    retry: { afterMs: Math.ceil(waitMs) },
  });
}

function aborted(): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'http.aborted',
    message: 'a call was broken off while it waited for its turn',
  });
}
