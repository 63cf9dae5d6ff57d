/**
 * Slows down calls of a method before the portal blocks it: a portal adds up the execution time of each method over ten minutes and refuses
 * the method above a limit (docs/platform-notes/bitrix24.md#operating-time). Every answer gives the sum over all our processes, so each
 * process can act on the answers it gets.
 */
import type { Clock } from '../../lib/clock.ts';
import { bitrixCode, type MethodTime } from './rest-errors.ts';

export interface OperatingTimes {
  /** How long a call of the method has to be held back; 0: it may go now. */
  delayMs(portal: string, method: string): number;
  /** Records that a call of the method leaves. */
  spend(portal: string, method: string): void;
  /** Records what the portal says about the method after a call. */
  note(portal: string, method: string, time: MethodTime): void;
  /** Records that the portal has refused the method because its time is used up. */
  refused(portal: string, method: string): void;
}

/** The limit of self-hosted portals, and the smallest one known of the cloud; the documentation's example is 480 s. */
const limitSeconds = 420;

/** Below this share of the limit nothing is slowed down. */
const slowShare = 0.7;

/** Above this share, calls wait until the portal forgets the oldest part of the time. */
const fullShare = 0.97;

/** How long calls wait after a refusal, which names no time. */
const usualHoldMs = 60_000;

/** Calls are let through in portions of this span, because those of one batch leave together. */
const portionMs = 500;

/** The most methods that are watched; those with plenty of time left are not kept. */
const maxWatched = 5_000;

export const operationLimitCode = bitrixCode('OPERATION_TIME_LIMIT');

interface Watched {
  /** The least time between calls. */
  readonly gapMs: number;
  /** When the next call would leave if all calls kept that gap. */
  nextAt: number;
  /** No call may leave before this. */
  readonly heldUntil: number;
}

export function createOperatingTimes(clock: Pick<Clock, 'monotonicMs'>, refusedMs = usualHoldMs): OperatingTimes {
  const watched = new Map<string, Watched>();
  const keyOf = (portal: string, method: string): string => `${portal}\n${method}`;
  const watch = (key: string, one: Watched): void => {
    if (watched.size >= maxWatched) watched.clear();
    watched.set(key, one);
  };

  return {
    delayMs(portal, method) {
      const known = watched.get(keyOf(portal, method));
      if (known === undefined) return 0;
      const now = clock.monotonicMs();
      return Math.max(0, known.heldUntil - now, known.nextAt - now - portionMs);
    },
    spend(portal, method) {
      const known = watched.get(keyOf(portal, method));
      if (known !== undefined) known.nextAt = Math.max(known.nextAt, clock.monotonicMs()) + known.gapMs;
    },
    note(portal, method, { usedSeconds, callSeconds, resetInMs }) {
      const key = keyOf(portal, method);
      const now = clock.monotonicMs();
      const known = watched.get(key) ?? { gapMs: 0, nextAt: now, heldUntil: now };
      const share = usedSeconds / limitSeconds;
      if (share < slowShare && known.heldUntil <= now) {
        watched.delete(key);
        return;
      }
      const heldUntil = share >= fullShare ? Math.max(known.heldUntil, now + resetInMs) : known.heldUntil;
      // The time left is spread over the span until the portal forgets some of the time used.
      const gapMs = share < slowShare ? 0 : (resetInMs * callSeconds) / Math.max(1, limitSeconds - usedSeconds);
      const ahead = known.gapMs === 0 ? 0 : Math.max(0, known.nextAt - now) / known.gapMs;
      watch(key, { gapMs, nextAt: now + ahead * gapMs, heldUntil });
    },
    refused(portal, method) {
      const now = clock.monotonicMs();
      watch(keyOf(portal, method), { gapMs: 0, nextAt: now, heldUntil: now + refusedMs });
    },
  };
}
