/** Failures that nobody waits for become process warnings. */

export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
}

/** Lets the work go on after the answer has been given. */
export function inBackground(work: Promise<unknown>): void {
  work.catch(warn);
}
