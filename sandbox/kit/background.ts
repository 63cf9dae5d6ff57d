/** Reports a failure that nobody waits for as a process warning. */

export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
}

/** Lets work continue after the answer; a failure becomes a process warning. */
export function inBackground(work: Promise<unknown>): void {
  work.catch(warn);
}
