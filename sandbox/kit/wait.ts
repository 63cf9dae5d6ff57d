/** A delay that does not keep the process alive. */
import { setTimeout } from 'node:timers/promises';

/** Resolves after `ms` milliseconds. */
export async function wait(ms: number): Promise<void> {
  await setTimeout(ms, undefined, { ref: false });
}
