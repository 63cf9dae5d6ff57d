/** Counts requests by sender within a minute, in this process. It keeps strangers from making us work, or guess for them. */
import type { Clock } from '../lib/clock.ts';

export interface RequestLimit {
  /** False: this sender has had its share of this minute. */
  admits(sender: string): boolean;
}

const windowMs = 60_000;

/** Senders remembered; beyond, the minute ends early, so that a flood of addresses cannot fill the memory. */
const maxSenders = 10_000;

export function createRequestLimit(perMinute: number, clock: Pick<Clock, 'monotonicMs'>): RequestLimit {
  const counts = new Map<string, number>();
  let begunAt = clock.monotonicMs();
  return {
    admits(sender) {
      const now = clock.monotonicMs();
      if (now - begunAt >= windowMs || counts.size >= maxSenders) {
        counts.clear();
        begunAt = now;
      }
      const count = (counts.get(sender) ?? 0) + 1;
      counts.set(sender, count);
      return count <= perMinute;
    },
  };
}
