/** Tells sleeping workers that there may be work: a hint that saves them a poll, never the reason they find it. */
import { systemClock } from '../lib/clock.ts';

/** Many may wait for one. Ringing it with nobody waiting is remembered once. */
export interface Wakeup {
  ring(): void;
  /** Resolves at the next ring, after `ms`, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createWakeup(): Wakeup {
  const waiting = new Set<() => void>();
  let hasRung = false;
  return {
    ring() {
      if (waiting.size === 0) hasRung = true;
      for (const wake of waiting) wake();
    },
    async wait(ms, signal) {
      if (hasRung || signal.aborted) {
        hasRung = false;
        return;
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
