/** How long a listener that ended is left alone before it is started again. */

const firstMs = 1_000;

/** The longest pause; also the least one where only a person can mend what is wrong. */
export const longestRestartMs = 60_000;

/**
 * A listener that lived so long was well. One that begins and ends at once is not, however well it began: a far side that closes every
 * socket it has opened would otherwise be asked every second, for ever.
 */
const wellMs = 60_000;

export interface RestartPause {
  /**
   * Milliseconds until the next start: doubled from one to the next, at least `leastMs`, and from the beginning again after a good life.
   *
   * @param livedMs from the start of the listener to its end
   * @param jitter a number in [0, 1): spreads the pause over its upper half, and adds up to a tenth to `leastMs`
   */
  after(livedMs: number, leastMs: number, jitter: number): number;
}

export function createRestartPause(): RestartPause {
  let nextMs = firstMs;
  return {
    after(livedMs, leastMs, jitter) {
      if (livedMs >= wellMs) nextMs = firstMs;
      const pauseMs = nextMs * (0.5 + jitter / 2);
      nextMs = Math.min(nextMs * 2, longestRestartMs);
      return Math.max(leastMs * (1 + jitter / 10), pauseMs);
    },
  };
}
