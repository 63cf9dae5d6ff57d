/** Collects clean-up functions, so that nothing outlives the bench, however it ends. */

export interface Endings {
  /** Registers a clean-up function and returns it; it runs once, when called or with `endAll`, whichever comes first. */
  add(end: () => Promise<void>): () => Promise<void>;
  /** Runs those that have not run yet, newest first. Rejects with the first failure, after all have been tried. */
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
      // Functions registered during the clean-up run as well.
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
