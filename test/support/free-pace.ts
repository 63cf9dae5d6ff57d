/** A pace without a limit for unit tests: nobody waits but for a pause the far side has asked for. */
import type { Pace } from '../../src/core/connector-tools.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

export function freePace(clock: Clock = systemClock): Pace {
  let closedUntil = 0;
  return {
    turn: (signal) => clock.sleep(closedUntil - clock.monotonicMs(), signal),
    holdOff(ms) {
      closedUntil = clock.monotonicMs() + ms;
      return Promise.resolve();
    },
  };
}
