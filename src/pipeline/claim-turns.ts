/** Says when a claim has to look at every destination: where the lanes that have waited longest were more than it looked at. */
import type { Clock } from '../lib/clock.ts';

export interface ClaimTurns {
  /** Whether the next claim looks at every destination; told by the one before (`Claim.isCrowded`). */
  next(): boolean;
  seen(claim: { readonly isCrowded: boolean }): void;
}

/** Looking at every destination costs about 10 ms with 1 000 waiting portals; a tenth of the time may be spent on it. */
const pauseMs = 100;

export function createClaimTurns(clock: Pick<Clock, 'monotonicMs'>): ClaimTurns {
  let isCrowded = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    next() {
      const now = clock.monotonicMs();
      if (!isCrowded || now - lookedAt < pauseMs) return false;
      lookedAt = now;
      isCrowded = false;
      return true;
    },
    seen(claim) {
      if (claim.isCrowded) isCrowded = true;
    },
  };
}
