/** Checks whether a process works on the queues. */
import type { Pool } from '../store/database.ts';
import { measureQueue } from '../store/queue/lanes.ts';
import { type Check, ok, told, wrong } from './check.ts';

/** Ready lanes are taken within a second; a minute means that nobody takes them, or far too few do. */
const patienceSeconds = 60;

/** The queues of all portals: for the administrator of the installation alone. */
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

/** What waits in a portal. `oldestSeconds`: how long the first row that could be worked now has waited. */
export function checkWaiting(
  domain: string,
  { rows, oldestSeconds }: { readonly rows: number; readonly oldestSeconds: number },
): Check {
  const seconds = Math.round(oldestSeconds);
  const found = `${rows} waiting, the oldest ready for ${seconds} s`;
  return oldestSeconds > patienceSeconds
    ? told(wrong(domain, 'waiting', found, 'look at the queues of the installation'), 'waiting.stuck', {
        rows,
        seconds,
      })
    : told(ok(domain, 'waiting', found), 'waiting.ok', { rows });
}
