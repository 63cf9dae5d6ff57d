/**
 * Finds network calls made while a database transaction is open. Such a call holds a connection and row locks for as long as the remote
 * takes: a few hanging hosts then empty the pool, and nobody can store anything. The store marks its transactions here; code that is about
 * to use the network asks here first.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { AppError } from '../core/errors.ts';

/** Work that outlives its transaction keeps the mark, so the mark says whether the transaction is still open. */
interface Mark {
  isOpen: boolean;
}

const marks = new AsyncLocalStorage<Mark>();

/** Called for each breach; throws to stop the call. */
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

/** Runs the body of a transaction so that network calls that it makes, directly or indirectly, are found. */
export async function markTransaction<T>(work: () => Promise<T>): Promise<T> {
  const mark: Mark = { isOpen: true };
  try {
    return await marks.run(mark, work);
  } finally {
    mark.isOpen = false;
  }
}

/**
 * Call it before a network call leaves. Within an open transaction it throws AppError `internal.network_in_transaction`, unless a production
 * process has chosen to report it instead (`reportBreaches`).
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
 * Reports breaches instead of failing their calls: for production, where a lost message is worse than a held connection. Everywhere else, in
 * tests above all, the call fails. Null restores that.
 */
export function reportBreaches(report: BreachPolicy | null): void {
  policy = report ?? stopTheCall;
}
