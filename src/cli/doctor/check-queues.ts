/** Looks whether somebody works the queues. */
import type { Pool } from '../../store/database.ts';
import { measureBox } from '../../store/lanes.ts';
import { type Check, ok, wrong } from './check.ts';

/** Ready lanes are taken within a second; a minute means that nobody takes them, or far too few do. */
const patienceSeconds = 60;

export async function checkQueues(db: Pool): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const box of ['inbox', 'outbox'] as const) {
    const { rows, oldestSeconds } = await measureBox(db, box);
    const found = rows === 0 ? 'nothing waits' : `${rows} waiting, the oldest ready for ${Math.round(oldestSeconds)} s`;
    const mend = 'start a process with the role worker, or look into the log of the one that runs';
    checks.push(oldestSeconds > patienceSeconds ? wrong(null, box, found, mend) : ok(null, box, found));
  }
  return checks;
}
