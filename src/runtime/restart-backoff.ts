/** How long a listener that ended is left alone before it is started again. */

const usualFirstMs = 1_000;

/** The longest wait; also the shortest one where only a person can mend what is wrong. */
export const longestRestartMs = 60_000;

/** A listener that lived this long counts as healthy. */
const wellMs = 60_000;

/**
 * How often a listener that began well and was soon cut is restarted quickly: a remote that is being deployed cuts several times in a row.
 * Beyond that, a good beginning no longer counts: a remote that cuts everything it opens would be called every second for ever.
 */
const maxQuick = 60;

/** The life of a listener that has ended. */
export interface Life {
  /** From its start to its end. */
  readonly ms: number;
  /** It had caught up and listened. */
  readonly hasBegun: boolean;
}

export interface RestartBackoff {
  /**
   * Milliseconds until the next start: doubled from one failure to the next, at least `leastMs`.
   *
   * @param jitter a number in [0, 1): spreads the wait over its upper half, and adds up to a tenth to `leastMs`
   */
  after(life: Life, leastMs: number, jitter: number): number;
}

export function createRestartBackoff(firstMs: number = usualFirstMs): RestartBackoff {
  let nextMs = firstMs;
  let quick = 0;
  return {
    after(life, leastMs, jitter) {
      if (life.ms >= wellMs) quick = 0;
      if (life.ms >= wellMs || (life.hasBegun && quick < maxQuick)) nextMs = firstMs;
      if (life.ms < wellMs && life.hasBegun) quick += 1;
      const pauseMs = nextMs * (0.5 + jitter / 2);
      nextMs = Math.min(nextMs * 2, longestRestartMs);
      return Math.max(leastMs * (1 + jitter / 10), pauseMs);
    },
  };
}
