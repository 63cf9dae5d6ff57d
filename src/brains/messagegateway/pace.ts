/** Keeps the calls made with one token below MessageGateway's limit, inside this process. */
import { RemoteUnreachable } from '../../core/errors.ts';
import type { Clock } from '../../lib/clock.ts';

export interface Pace {
  /** Resolves when it is this call's turn. Throws `http.aborted` when the signal fires first. */
  turn(signal?: AbortSignal): Promise<void>;
  /** The far side asked for a pause: nobody's turn comes before it is over. */
  holdOff(ms: number): void;
}

/** Calls that may follow each other at once after a quiet time. */
const burst = 5;

/** At most `perSecond` calls a second in the long run. How long the queue can get is bounded by the outbox lanes in hand. */
export function createPace(perSecond: number, clock: Clock): Pace {
  const gapMs = 1000 / perSecond;
  let nextMs = Number.NEGATIVE_INFINITY;
  return {
    async turn(signal) {
      const now = clock.monotonicMs();
      const mine = Math.max(nextMs, now - (burst - 1) * gapMs);
      nextMs = mine + gapMs;
      if (mine > now) await clock.sleep(mine - now, signal);
      if (signal?.aborted === true) {
        throw new RemoteUnreachable({
          code: 'http.aborted',
          message: 'a call was broken off while it waited for its turn',
        });
      }
    },
    holdOff(ms) {
      nextMs = Math.max(nextMs, clock.monotonicMs() + ms);
    },
  };
}
