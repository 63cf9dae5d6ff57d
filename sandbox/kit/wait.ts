/** Waiting without keeping the process alive. */
import { setTimeout } from 'node:timers/promises';

/** Resolves after `ms` milliseconds; does not hold the process open. */
export async function wait(ms: number): Promise<void> {
  await setTimeout(ms, undefined, { ref: false });
}
