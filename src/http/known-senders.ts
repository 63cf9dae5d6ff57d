/** Remembers which senders have authenticated lately: an event with the right token, a webhook with the right secret. */
import type { Clock } from '../lib/clock.ts';
import { remember } from '../lib/remember.ts';

export interface KnownSenders {
  isKnown(sender: string): boolean;
  markKnown(sender: string): void;
}

const knownMs = 3_600_000;

/** Beyond this number, the sender that authenticated longest ago is forgotten. */
const maxSenders = 4_096;

export function createKnownSenders(clock: Pick<Clock, 'monotonicMs'>): KnownSenders {
  const provenAt = new Map<string, number>();
  return {
    isKnown(sender) {
      const at = provenAt.get(sender);
      return at !== undefined && clock.monotonicMs() - at < knownMs;
    },
    markKnown(sender) {
      remember(provenAt, sender, clock.monotonicMs(), maxSenders);
    },
  };
}
