/**
 * Slows calls of a method down before the portal blocks it: a portal adds up the execution time of each method over ten minutes and refuses
 * the method above a limit (docs/platform-notes/bitrix24.md#operating-time). Every answer tells the sum over all our processes, so each
 * process can act on what it is told.
 */
import type { Clock } from '../../lib/clock.ts';
import { bitrixCode, type MethodTime } from './rest-errors.ts';

export interface OperatingTimes {
  /** How long a call of the method has to be held back; 0: it may go now. */
  delayMs(portal: string, method: string): number;
  /** A call of the method leaves. */
  spend(portal: string, method: string): void;
  /** What the portal says about the method after a call. */
  note(portal: string, method: string, time: MethodTime): void;
  /** The portal has refused the method because its time is used up. */
  refused(portal: string, method: string): void;
}

/** The limit of self-hosted portals, and the smallest one known of the cloud; the documentation's example is 480 s. */
const limitSeconds = 420;

/** Below this share of the limit nothing is slowed down. */
const slowShare = 0.7;

/** Above it, calls wait until the portal forgets the oldest part. */
const fullShare = 0.97;

/** After a refusal, unless the portal is asked again sooner. */
const refusedMs = 60_000;

/** Calls are let through in portions of this span, because those of one batch leave together. */
const portionMs = 500;

/** Methods that are watched; those below half of the limit are not kept. */
const maxWatched = 5_000;

export const operationLimitCode = bitrixCode('OPERATION_TIME_LIMIT');

interface Watched {
  /** How far apart calls have to be. */
  gapMs: number;
  /** When the next call may leave. */
  nextAt: number;
}

export function createOperatingTimes(clock: Pick<Clock, 'monotonicMs'>): OperatingTimes {
  const watched = new Map<string, Watched>();
  const keyOf = (portal: string, method: string): string => `${portal}\n${method}`;

  function hold(portal: string, method: string, { gapMs, untilMs }: { gapMs: number; untilMs: number }): void {
    const now = clock.monotonicMs();
    if (watched.size >= maxWatched) watched.clear();
    const known = watched.get(keyOf(portal, method));
    watched.set(keyOf(portal, method), { gapMs, nextAt: Math.max(known?.nextAt ?? 0, now + untilMs) });
  }

  return {
    delayMs(portal, method) {
      const known = watched.get(keyOf(portal, method));
      return known === undefined ? 0 : Math.max(0, known.nextAt - clock.monotonicMs() - portionMs);
    },
    spend(portal, method) {
      const known = watched.get(keyOf(portal, method));
      if (known !== undefined) known.nextAt = Math.max(known.nextAt, clock.monotonicMs()) + known.gapMs;
    },
    note(portal, method, { usedSeconds, callSeconds, resetInMs }) {
      const share = usedSeconds / limitSeconds;
      if (share < slowShare) {
        watched.delete(keyOf(portal, method));
        return;
      }
      if (share >= fullShare) {
        hold(portal, method, { gapMs: resetInMs, untilMs: resetInMs });
        return;
      }
      // What is left is spread over the time until some of it is forgotten.
      hold(portal, method, { gapMs: (resetInMs * callSeconds) / (limitSeconds - usedSeconds), untilMs: 0 });
    },
    refused: (portal, method) => hold(portal, method, { gapMs: refusedMs, untilMs: refusedMs }),
  };
}
