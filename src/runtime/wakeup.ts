/** Tells sleeping workers that there may be work: a hint that saves them a poll, never the reason they find it. */
import { systemClock } from '../lib/clock.ts';

/** Many callers may wait; a ring wakes one of them. Rings while nobody waits are remembered as one. */
export interface Wakeup {
  ring(): void;
  /** Resolves at a ring or when the signal aborts (true), or after `ms` (false). */
  wait(ms: number, signal: AbortSignal): Promise<boolean>;
}

export function createWakeup(): Wakeup {
  const waiting = new Set<() => void>();
  let hasRung = false;
  return {
    ring() {
      const [wake] = waiting;
      if (wake === undefined) hasRung = true;
      else wake();
    },
    async wait(ms, signal) {
      if (hasRung || signal.aborted) {
        hasRung = false;
        return true;
      }
      const woken = new AbortController();
      const wake = (): void => {
        waiting.delete(wake);
        woken.abort();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake);
      await systemClock.sleep(ms, woken.signal);
      waiting.delete(wake);
      signal.removeEventListener('abort', wake);
      return woken.signal.aborted;
    },
  };
}

export interface Wakeups {
  readonly inbox: Wakeup;
  readonly outbox: Wakeup;
}

export function createWakeups(): Wakeups {
  return { inbox: createWakeup(), outbox: createWakeup() };
}
