/** Counts what waits for a person's decision in one portal. */
import { type Db, query } from '../store/database.ts';

export interface Leftovers {
  /** Events and actions that were given up. */
  readonly deadLetters: number;
  /** Actions that may have happened. */
  readonly unknown: number;
}

export async function countLeftovers(db: Db, portal: string): Promise<Leftovers> {
  const result = await query<{ deadLetters: number; unknown: number }>(
    db,
    `select ((select count(*) from inbox_outcome where portal = ? and state = 'dead_letter')
              + (select count(*) from outbox where portal = ? and state = 'dead_letter'))::int as "deadLetters",
            (select count(*) from outbox where portal = ? and state = 'unknown')::int as unknown`,
    [portal, portal, portal],
  );
  return result.rows[0] ?? { deadLetters: 0, unknown: 0 };
}
