/** How much memory a process takes at most while something happens. */
import { setTimeout as delay } from 'node:timers/promises';
import { residentMb } from './resident-memory.ts';

const lookEveryMs = 10;
/** The memory still grows for a moment: what was freed is not given back at once. */
const afterMs = 300;

/** Megabytes over what the process took before the work began. */
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
