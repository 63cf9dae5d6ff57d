/** Work that goes on after the answer has been given. */

/** Lets it run; a failure becomes a process warning, since nobody waits for it. */
export function inBackground(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    process.emitWarning(error instanceof Error ? error : new Error(String(error)));
  });
}
