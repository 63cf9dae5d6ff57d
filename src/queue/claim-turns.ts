/** Decides when a claim must read every destination: when there were more ready lanes than the previous claim read. */
import type { Clock } from '../lib/clock.ts';

export interface ClaimTurns {
  /** Call before each claim. True: this claim should read every destination. */
  next(): boolean;
  /** Call after each claim with its result. */
  seen(claim: { readonly isCrowded: boolean }): void;
  /** Milliseconds until the next claim that reads every destination; null when none is needed. */
  dueInMs(): number | null;
}

/**
 * Reading every destination costs about 10 µs each, more on a busy server. Nine times as long passes before the next such claim, so that
 * they take a tenth of the time, but never more than this limit.
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
      // Set before the claim, in case it fails and `seen` is not called.
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
