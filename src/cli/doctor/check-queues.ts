/** Checks whether a process works on the queues. */
import type { Pool } from '../../store/database.ts';
import { measureQueue } from '../../store/queue/lanes.ts';
import { type Check, ok, wrong } from './check.ts';

/** Ready lanes are taken within a second; a minute means that nobody takes them, or far too few do. */
const patienceSeconds = 60;

export async function checkQueues(db: Pool): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const queue of ['inbox', 'outbox'] as const) {
    const { rows, oldestSeconds } = await measureQueue(db, queue);
    const found = rows === 0 ? 'nothing waits' : `${rows} waiting, the oldest ready for ${Math.round(oldestSeconds)} s`;
    const mend = 'start a process with the role worker, or read the log of the one that runs';
    checks.push(oldestSeconds > patienceSeconds ? wrong(null, queue, found, mend) : ok(null, queue, found));
  }
  return checks;
}
