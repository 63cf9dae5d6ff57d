/** Waiting without keeping the process alive. */

/** Resolves after `ms` milliseconds; does not hold the process open. */
export async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
