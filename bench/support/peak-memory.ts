/** The highest memory of a process while something happens. */
import { setTimeout as delay } from 'node:timers/promises';
import { residentMb } from './resident-memory.ts';

const lookEveryMs = 10;
/** Time after the work in which memory may still grow, because freed memory is not returned at once. */
const afterMs = 300;

/** The peak during the work, in megabytes above the process's memory before it. */
export async function growthDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = await residentMb(pid);
  let peak = before;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      peak = Math.max(peak, await residentMb(pid));
      await delay(lookEveryMs);
    }
  })();
  try {
    await work();
    await delay(afterMs);
  } finally {
    isOver = true;
    await watching;
  }
  return peak - before;
}
