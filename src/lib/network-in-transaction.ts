/**
 * Finds network calls made while a database transaction is open. Such a call holds a connection and row locks for as long as the far
 * side pleases: a few hanging hosts then empty the pool, and nothing of anybody can be stored. The store marks its transactions here,
 * whatever reaches out to the network asks here first.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { AppError } from '../core/errors.ts';

/** Work that outlives its transaction keeps the mark, so the mark itself says when it is over. */
interface Mark {
  isOpen: boolean;
}

const marks = new AsyncLocalStorage<Mark>();

/** Told of a breach; throws to stop the call. */
export type BreachPolicy = (breach: AppError) => void;

const stopTheCall: BreachPolicy = (breach) => {
  throw breach;
};

let policy: BreachPolicy = stopTheCall;
let found = 0;

/** Breaches found by this process since its start. */
export function countBreaches(): number {
  return found;
}

/** Runs the body of a transaction so that network calls made by it, directly or further down, are found. */
export async function markTransaction<T>(work: () => Promise<T>): Promise<T> {
  const mark: Mark = { isOpen: true };
  try {
    return await marks.run(mark, work);
  } finally {
    mark.isOpen = false;
  }
}

/**
 * To be called before a network call leaves. Within an open transaction it throws AppError `internal.network_in_transaction`, unless a
 * production process has chosen to report it instead (`reportBreaches`).
 */
export function checkNoTransaction(call: string): void {
  if (marks.getStore()?.isOpen !== true) return;
  found += 1;
  policy(
    new AppError({
      code: 'internal.network_in_transaction',
      message: `a network call (${call}) was begun within a database transaction`,
      report: true,
    }),
  );
}

/**
 * Reports breaches instead of failing their calls: for production, where a lost message is worse than a held connection. Everywhere
 * else, in tests above all, the call fails. Null goes back to that.
 */
export function reportBreaches(report: BreachPolicy | null): void {
  policy = report ?? stopTheCall;
}
