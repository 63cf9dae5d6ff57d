/** Time, as something that can be handed in: the real clock here, one that a test turns by hand in test/support. */

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
    for (let left = ms; left > 0 && signal?.aborted !== true; left -= longestTimerMs) {
      await timer(Math.min(left, longestTimerMs), signal);
    }
  },
};

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timeout);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timeout = setTimeout(wake, ms);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
