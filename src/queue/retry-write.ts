/** Writes results that exist nowhere else again and again while the database is away: losing them would repeat, or doubt, what was done. */
import type { Clock } from '../lib/clock.ts';
import { isDatabaseAway } from '../store/database.ts';

/** A restart of PostgreSQL takes seconds. After so long the leases are over and others have long repeated the work. */
const patienceMs = 300_000;
const pauseMs = 250;

/** Once the process is stopping, so long. */
const lastPatienceMs = 5_000;

export interface WriteAgainOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  /** Aborts when the process is to stop. */
  readonly stopping: AbortSignal;
}

/** What `write` returns; it must be safe to run again. Throws its error when that is not the database's absence, or when patience is over. */
export async function writeAgain<T>(write: () => Promise<T>, { clock, stopping }: WriteAgainOptions): Promise<T> {
  let deadline = clock.monotonicMs() + patienceMs;
  let isStopping = false;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      const now = clock.monotonicMs();
      if (stopping.aborted && !isStopping) {
        isStopping = true;
        deadline = Math.min(deadline, now + lastPatienceMs);
      }
      if (now >= deadline) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
