/**
 * Refuses senders that fail too often: wrong codes, forged requests. Only failures count, so that many honest visitors behind one address
 * are not refused.
 */
import type { Clock } from '../lib/clock.ts';
import { remember } from '../lib/remember.ts';

export interface FailureLimit {
  /** Null: this sender has failed too often in this minute, or has too many requests in flight. Otherwise the caller must call `end`. */
  begin(sender: string): Attempt | null;
}

export interface Attempt {
  end(hasFailed: boolean): void;
}

const windowMs = 60_000;

/**
 * The number of senders remembered. A new one replaces the one that was idle longest, so that a flood of addresses does not clear the count
 * of an active sender.
 */
const maxSenders = 10_000;

/** Requests of one sender in flight at once: bounds the guesses made before the first of them has failed. */
const usualInFlight = 64;

interface Sender {
  failures: number;
  inFlight: number;
  windowStart: number;
}

/** A sender may fail `perMinute` times within a minute that begins with its first failure. */
export function createFailureLimit(
  perMinute: number,
  clock: Pick<Clock, 'monotonicMs'>,
  maxInFlight = usualInFlight,
): FailureLimit {
  const senders = new Map<string, Sender>();

  function entryOf(name: string): Sender {
    const now = clock.monotonicMs();
    const known = senders.get(name);
    const sender = known ?? { failures: 0, inFlight: 0, windowStart: now };
    if (now - sender.windowStart >= windowMs) Object.assign(sender, { failures: 0, windowStart: now });
    // Re-inserted at the end: the map is ordered by the last request.
    remember(senders, name, sender, maxSenders);
    return sender;
  }

  return {
    begin(name) {
      const sender = entryOf(name);
      if (sender.failures >= perMinute || sender.inFlight >= maxInFlight) return null;
      sender.inFlight += 1;
      return {
        end(hasFailed) {
          sender.inFlight -= 1;
          if (!hasFailed) return;
          if (sender.failures === 0) sender.windowStart = clock.monotonicMs();
          sender.failures += 1;
        },
      };
    },
  };
}
