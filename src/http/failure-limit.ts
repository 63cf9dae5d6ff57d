/**
 * Refuses senders that fail too often: wrong codes, forged posts. Only failures count, so that many honest visitors behind one address
 * are never shut out by their number.
 */
import type { Clock } from '../lib/clock.ts';

export interface FailureLimit {
  /** Null: this sender has failed too often in this minute, or has too many requests under way. Otherwise the request is to be ended. */
  begin(sender: string): Attempt | null;
}

export interface Attempt {
  end(hasFailed: boolean): void;
}

const windowMs = 60_000;

/** Senders remembered. The one that was seen least lately is forgotten for a new one, so that a flood of addresses forgives nobody who is active. */
const maxSenders = 10_000;

/** Requests of one sender under way at once: bounds the guesses that are made before the first of them has failed. */
const maxUnderWay = 64;

interface Sender {
  failures: number;
  underWay: number;
  begunAt: number;
}

/** A sender may fail `perMinute` times within a minute that begins with its first failure. */
export function createFailureLimit(perMinute: number, clock: Pick<Clock, 'monotonicMs'>): FailureLimit {
  const senders = new Map<string, Sender>();

  function lookUp(name: string): Sender {
    const now = clock.monotonicMs();
    const known = senders.get(name);
    const sender = known ?? { failures: 0, underWay: 0, begunAt: now };
    if (now - sender.begunAt >= windowMs) Object.assign(sender, { failures: 0, begunAt: now });
    // To the end: the map is kept in the order of last sight.
    senders.delete(name);
    senders.set(name, sender);
    if (senders.size > maxSenders) forgetOldest();
    return sender;
  }

  function forgetOldest(): void {
    const oldest = senders.keys().next().value;
    if (oldest !== undefined) senders.delete(oldest);
  }

  return {
    begin(name) {
      const sender = lookUp(name);
      if (sender.failures >= perMinute || sender.underWay >= maxUnderWay) return null;
      sender.underWay += 1;
      return {
        end(hasFailed) {
          sender.underWay -= 1;
          if (!hasFailed) return;
          if (sender.failures === 0) sender.begunAt = clock.monotonicMs();
          sender.failures += 1;
        },
      };
    },
  };
}
