/**
 * Repeats the writing of results while the database is away: they exist nowhere else, and losing them would repeat what was done or leave
 * it in doubt.
 */
import type { Clock } from '../lib/clock.ts';
import { isDatabaseAway } from '../store/database.ts';

/** A restart of PostgreSQL takes seconds. After this time the leases are over and other workers have repeated the work. */
const patienceMs = 300_000;
const retryMs = 250;

/** The same limit once the process is stopping. */
const lastPatienceMs = 5_000;

export interface RetryWriteOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  /** Aborts when the process is to stop. */
  readonly stopping: AbortSignal;
}

/**
 * Returns what `write` returns; `write` must be safe to repeat. Throws its error if the database is not away, or when the time is over.
 */
export async function retryWrite<T>(write: () => Promise<T>, { clock, stopping }: RetryWriteOptions): Promise<T> {
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
      await clock.sleep(retryMs);
    }
  }
}
