/** Remembers what has to be ended, so that nothing outlives the bench, whichever way it ends. */

export interface Endings {
  /** Registers an ending and gives it back; it runs once, at its call or with `endAll`, whichever comes first. */
  add(end: () => Promise<void>): () => Promise<void>;
  /** Runs what has not run yet, the newest first. Rejects with the first failure, after all have been tried. */
  endAll(): Promise<void>;
}

export function createEndings(): Endings {
  const pending = new Set<() => Promise<void>>();
  return {
    add(end) {
      let ended: Promise<void> | undefined;
      const once = (): Promise<void> => {
        pending.delete(once);
        ended ??= end();
        return ended;
      };
      pending.add(once);
      return once;
    },
    async endAll() {
      const failures: unknown[] = [];
      // What is begun while others are being ended is ended as well.
      for (let end = [...pending].at(-1); end !== undefined; end = [...pending].at(-1)) {
        try {
          await end();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
