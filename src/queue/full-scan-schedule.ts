/** Decides when a claim must read every destination: when there were more ready lanes than the previous claim read. */
import type { Clock } from '../lib/clock.ts';

export interface FullScanSchedule {
  /** Call before each claim. True: this claim should read every destination. */
  isDue(): boolean;
  /** Call after each claim with its result. */
  record(claim: { readonly isCrowded: boolean }): void;
  /** Milliseconds until the next claim that reads every destination; null when none is needed. */
  dueInMs(): number | null;
}

/**
 * Reading every destination costs about 10 µs each, more on a busy server. The next such claim follows after nine times as long, so that
 * these claims take a tenth of the time, but after no more than this limit.
 */
const maxIntervalMs = 100;
const intervalFactor = 9;

export function createFullScanSchedule(clock: Pick<Clock, 'monotonicMs'>): FullScanSchedule {
  let isCrowded = false;
  let scanStartedAt: number | null = null;
  let nextScanAt = Number.NEGATIVE_INFINITY;
  return {
    isDue() {
      const now = clock.monotonicMs();
      scanStartedAt = null;
      if (!isCrowded || now < nextScanAt) return false;
      scanStartedAt = now;
      isCrowded = false;
      // Set before the claim, in case it fails and `record` is not called.
      nextScanAt = now + maxIntervalMs;
      return true;
    },
    record(claim) {
      if (scanStartedAt !== null) {
        const now = clock.monotonicMs();
        nextScanAt = now + Math.min(maxIntervalMs, intervalFactor * (now - scanStartedAt));
        scanStartedAt = null;
        return;
      }
      if (claim.isCrowded) isCrowded = true;
    },
    dueInMs: () => (isCrowded ? Math.max(0, nextScanAt - clock.monotonicMs()) : null),
  };
}
