/**
 * Orders checks of whether the app works in a portal (`check-app.ts`), a few times a day for each. Asking a portal that has been quiet for
 * an hour also exchanges its tokens, so checks that become due together are spread: each round asks only its share of the portals, however
 * many have been added at one moment.
 */
import type { Logger } from '../lib/logger.ts';
import { orderAppChecks } from '../portals/app-orders.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { claimAppChecks, countAppChecks } from '../store/tenants/app-checks.ts';

export interface AskAboutAppOptions {
  readonly db: Pool;
  readonly log: Logger;
  /** How long after the start it begins; at once when absent. */
  readonly firstMs?: number | undefined;
}

/** Short, so that a round orders few checks even with 100 000 portals. */
const roundSeconds = 10;

/** A portal is asked this often. */
const everySeconds = 6 * 3_600;

export function startAskingAboutApp({ db, log, firstMs }: AskAboutAppOptions): WorkLoop {
  return startWorkLoop({
    name: 'app checks',
    log,
    firstMs,
    pollMs: roundSeconds * 1_000,
    round: () => askAboutApp(db),
  });
}

/** One round. Checks are claimed and ordered in one transaction, so that only one of several processes asks a portal. */
export async function askAboutApp(db: Pool): Promise<void> {
  const before = new Date(Date.now() - everySeconds * 1_000);
  await inTransaction(db, async (trx) => {
    const { installed, asked } = await countAppChecks(trx, roundSeconds);
    const limit = Math.ceil((installed * roundSeconds) / everySeconds) - asked;
    if (limit > 0) await orderAppChecks(trx, await claimAppChecks(trx, { before, limit }));
  });
}
