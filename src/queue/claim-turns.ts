/** Says when a claim has to look at every destination: where the lanes that have waited longest were more than it looked at. */
import type { Clock } from '../lib/clock.ts';

export interface ClaimTurns {
  /** Ask before each claim: whether it looks at every destination; told by the one before (`Claim.isCrowded`). */
  next(): boolean;
  seen(claim: { readonly isCrowded: boolean }): void;
  /** Milliseconds until the next look at every destination; null when none is needed. */
  dueInMs(): number | null;
}

/**
 * Looking at every destination costs about 10 µs each, more on a busy server. After a look nine times as long is left to other claims, so
 * that looks take a tenth of the time, but somebody who waits for one never waits longer than this.
 */
const longestPauseMs = 100;
const pauseTimes = 9;

export function createClaimTurns(clock: Pick<Clock, 'monotonicMs'>): ClaimTurns {
  let isCrowded = false;
  let lookingSince: number | null = null;
  let mayLookAt = Number.NEGATIVE_INFINITY;
  return {
    next() {
      const now = clock.monotonicMs();
      lookingSince = null;
      if (!isCrowded || now < mayLookAt) return false;
      lookingSince = now;
      isCrowded = false;
      // Also when the claim fails and nothing is seen.
      mayLookAt = now + longestPauseMs;
      return true;
    },
    seen(claim) {
      if (lookingSince !== null) {
        const now = clock.monotonicMs();
        mayLookAt = now + Math.min(longestPauseMs, pauseTimes * (now - lookingSince));
        lookingSince = null;
        return;
      }
      if (claim.isCrowded) isCrowded = true;
    },
    dueInMs: () => (isCrowded ? Math.max(0, mayLookAt - clock.monotonicMs()) : null),
  };
}
