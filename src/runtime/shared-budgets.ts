/** Rate budgets over all processes: calls that begin at the same moment, for whatever portal and purpose, ask in one statement. */
import { createGroupCommit } from '../lib/group-commit.ts';
import type { Db } from '../store/database.ts';
import { type BudgetGrant, type BudgetRequest, holdBudget, takeBudget } from '../store/tenants/rate-limits.ts';

/** One call that wants to leave. */
export type BudgetAsk = Omit<BudgetRequest, 'wanted'>;

export interface SharedBudgets {
  /** Milliseconds to wait before it is worth asking again; 0 means: taken, go. */
  ask(ask: BudgetAsk): Promise<number>;
  /** Closes a bucket to everybody for so long. */
  hold(ask: BudgetAsk, ms: number): Promise<void>;
}

export function createSharedBudgets(db: Db): SharedBudgets {
  const asks = createGroupCommit<BudgetAsk, number>({
    maxItems: 500,
    maxBytes: Number.MAX_SAFE_INTEGER,
    sizeOf: () => 1,
    concurrency: 1,
    flush: (items) => take(db, items),
  });
  return {
    ask: (ask) => asks.add(ask),
    hold: (ask, ms) => holdBudget(db, ask, ms),
  };
}

const keyOf = ({ portal, bucket }: Pick<BudgetAsk, 'portal' | 'bucket'>): string => `${portal}\n${bucket}`;

/** One statement for all buckets that somebody wants something of now. Of a bucket's asks the first ones are granted. */
async function take(db: Db, items: readonly BudgetAsk[]): Promise<number[]> {
  const wanted = new Map<string, BudgetAsk & { wanted: number }>();
  for (const item of items) {
    const known = wanted.get(keyOf(item));
    if (known === undefined) wanted.set(keyOf(item), { ...item, wanted: 1 });
    else known.wanted += 1;
  }
  const grants = await takeBudget(db, [...wanted.values()]);
  const byKey = new Map<string, { left: number; grant: BudgetGrant }>();
  for (const grant of grants) byKey.set(keyOf(grant), { left: grant.granted, grant });
  return items.map((item) => {
    const entry = byKey.get(keyOf(item));
    if (entry === undefined) return 1;
    if (entry.left > 0) {
      entry.left -= 1;
      return 0;
    }
    return Math.max(1, entry.grant.waitMs);
  });
}
