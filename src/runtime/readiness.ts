/** Whether this process can work: the database answers, its schema has all that this program needs, and it takes writes. */
import { type Clock, within } from '../lib/clock.ts';
import type { Pool } from '../store/database.ts';
import { hasOwnMigrations } from '../store/migrate.ts';
import { isWriteRefused, tryWriting } from '../store/write-probe.ts';

export type ReadinessProblem = 'database_away' | 'migrations_pending' | 'disk_refuses_writes';

export interface Readiness {
  /** Null: it can work. Answers within three seconds, and asks the database at most once a second however often it is called. */
  problem(): Promise<ReadinessProblem | null>;
}

/** How long an answer is reused. */
const readMs = 1_000;

/** How long after a successful write no other is tried. */
const writeMs = 5_000;

const patienceMs = 3_000;

export function createReadiness(db: Pool, clock: Pick<Clock, 'monotonicMs'>): Readiness {
  let last: { readonly at: number; readonly problem: ReadinessProblem | null } | null = null;
  let wroteAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<ReadinessProblem | null> | null = null;

  async function check(): Promise<ReadinessProblem | null> {
    try {
      if (!(await hasOwnMigrations(db))) return 'migrations_pending';
      if (clock.monotonicMs() - wroteAt < writeMs) return null;
      await tryWriting(db);
      wroteAt = clock.monotonicMs();
      return null;
    } catch (error) {
      // The loops log the cause; a probe needs to know only that this process cannot work now.
      return isWriteRefused(error) ? 'disk_refuses_writes' : 'database_away';
    }
  }

  async function checkOnce(): Promise<ReadinessProblem | null> {
    const problem = await check();
    last = { at: clock.monotonicMs(), problem };
    underWay = null;
    return problem;
  }

  return {
    async problem() {
      if (last !== null && clock.monotonicMs() - last.at < readMs) return last.problem;
      underWay ??= checkOnce();
      // A database that does not answer in time is as good as away. The check itself goes on, and is the only one until it ends.
      return await within(underWay, patienceMs, 'database_away');
    },
  };
}
