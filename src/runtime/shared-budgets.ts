/** Rate budgets over all processes: calls that begin at the same moment, for any portal and purpose, ask in one statement. */
import { createGroupCommit } from '../lib/group-commit.ts';
import type { Db } from '../store/database.ts';
import { type BudgetGrant, type BudgetRequest, holdBudget, takeBudget } from '../store/tenants/rate-limits.ts';

/** One call that asks for its share of a budget. */
export type BudgetAsk = Omit<BudgetRequest, 'wanted'>;

export interface SharedBudgets {
  /** Milliseconds to wait before it is worth asking again; 0: granted. */
  ask(ask: BudgetAsk): Promise<number>;
  /** Closes a bucket to all processes for `ms`. */
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

interface Asked {
  /** Its place among the asks of this round trip. */
  readonly at: number;
  readonly ask: BudgetAsk;
}

/**
 * Asks for all buckets in one statement. Of a bucket's asks, the first ones are granted. Asks that have to leave a part of the bucket free
 * come after those that do not, in a statement of their own.
 */
async function take(db: Db, items: readonly BudgetAsk[]): Promise<number[]> {
  const waits = items.map(() => 1);
  for (const round of rounds(items)) {
    const wanted = [...round.values()].map((asks) => ({ ...asks[0].ask, wanted: asks.length }));
    for (const grant of await takeBudget(db, wanted)) note(waits, round.get(keyOf(grant)) ?? [], grant);
  }
  return waits;
}

function note(waits: number[], asks: readonly Asked[], { granted, waitMs }: BudgetGrant): void {
  for (const [index, { at }] of asks.entries()) waits[at] = index < granted ? 0 : Math.max(1, waitMs);
}

type Round = Map<string, [Asked, ...Asked[]]>;

/** Groups the asks by bucket and limit: the largest limit of each bucket is in the first round, the next one in the second. */
function rounds(items: readonly BudgetAsk[]): Round[] {
  const asked = items.map((ask, at): Asked => ({ at, ask })).toSorted((a, b) => b.ask.burst - a.ask.burst);
  const made: Round[] = [];
  const next = new Map<string, number>();
  for (const one of asked) {
    const key = keyOf(one.ask);
    const last = next.get(key) ?? -1;
    const known = made[last]?.get(key);
    if (known !== undefined && known[0].ask.burst === one.ask.burst) {
      known.push(one);
      continue;
    }
    next.set(key, last + 1);
    const round = made[last + 1] ?? new Map();
    made[last + 1] = round;
    round.set(key, [one]);
  }
  return made;
}
