/** Limits concurrent starts: after a cut, a thousand listeners would otherwise all make their first calls at once. */

export interface ConcurrencyLimiter {
  /**
   * Resolves when it is the caller's turn, in the order of asking, with a function to call when the start is over. Calling it twice counts
   * once; if it is not called, the start counts as over after `longestMs`. Resolves at once when the signal aborts.
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

export interface ConcurrencyLimiterOptions {
  readonly atOnce: number;
  readonly longestMs: number;
}

export function createConcurrencyLimiter({ atOnce, longestMs }: ConcurrencyLimiterOptions): ConcurrencyLimiter {
  const waiting = new Set<() => void>();
  let inside = 0;

  function admit(): () => void {
    inside += 1;
    let isOver = false;
    const leave = (): void => {
      clearTimeout(timer);
      if (isOver) return;
      isOver = true;
      inside -= 1;
      const [next] = waiting;
      next?.();
    };
    const timer = setTimeout(leave, longestMs);
    return leave;
  }

  return {
    enter(signal) {
      if (inside < atOnce || signal.aborted) return Promise.resolve(admit());
      return new Promise((resolve) => {
        const go = (): void => {
          waiting.delete(go);
          signal.removeEventListener('abort', go);
          resolve(admit());
        };
        waiting.add(go);
        signal.addEventListener('abort', go, { once: true });
      });
    },
  };
}
