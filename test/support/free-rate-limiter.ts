/** A rate limiter without a limit for unit tests: calls wait only for a delay that the remote has requested. */
import type { RateLimiter } from '../../src/core/connector-tools.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

export function freeRateLimiter(clock: Clock = systemClock): RateLimiter {
  let closedUntil = 0;
  return {
    acquire: (signal) => clock.sleep(closedUntil - clock.monotonicMs(), signal),
    throttle(ms) {
      closedUntil = clock.monotonicMs() + ms;
      return Promise.resolve();
    },
  };
}
