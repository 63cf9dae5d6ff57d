/** Measures work by the processor time of this thread, so that other processes do not affect the result. */

/**
 * Milliseconds of processor time the work takes. The system counts them in steps of up to 4 ms, so the work should take far longer than that.
 */
export function processorMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
