/** Waits with one time limit for all of them, shorter than that of the test, so that a failure names what did not happen. */

export interface Patience {
  /**
   * Waits until the condition holds. Fails with `what` when the time for all waits is used up.
   *
   * @param what ends the sentence "waited in vain until …"
   */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
}

/** @param describe describes the actual state for the message of a failure */
export function createPatience(totalMs: number, describe: () => string | Promise<string>): Patience {
  const end = Date.now() + totalMs;
  return {
    async until(what, condition) {
      while (!(await condition())) {
        if (Date.now() >= end) throw new Error(`waited in vain until ${what}; ${await describe()}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}
