/** Time as a dependency: the real clock is here; one that tests turn by hand is in test/support. */
import { setTimeout as timer } from 'node:timers/promises';

export interface Clock {
  now(): Date;
  /** Milliseconds that never run backwards, for measuring spans. The zero point means nothing. */
  monotonicMs(): number;
  /**
   * Resolves after that many milliseconds, or at once when the signal aborts. It never rejects: a loop looks at its own
   * signal after each sleep anyway.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** setTimeout takes no longer span (2^31 - 1 ms, about 24 days) and would fire at once. */
const longestTimerMs = 2_147_483_647;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    const options = signal === undefined ? {} : { signal };
    for (let left = ms; left > 0 && signal?.aborted !== true; left -= longestTimerMs) {
      // The timer rejects only because of the signal.
      await timer(Math.min(left, longestTimerMs), undefined, options).catch(() => undefined);
    }
  },
};

/** The work's result, or `late` when it takes longer. The work itself goes on; if it fails later, nobody is told. */
export async function within<T, L>(work: Promise<T>, ms: number, late: L): Promise<T | L> {
  const isOver = new AbortController();
  try {
    return await Promise.race([work, systemClock.sleep(ms, isOver.signal).then(() => late)]);
  } finally {
    isOver.abort();
  }
}
