/** What has to be done now and then: forgetting old rows and keeping dormant tokens alive. */

import type { AccessKeeper } from '../bitrix24/rest/portal-client.ts';
import type { Logger } from '../lib/logger.ts';
import type { Pool } from '../store/database.ts';
import { eraseLeftBehind } from '../store/portals.ts';
import { purgeBox, purgeBudgets, purgeDedupe, purgeLanes, purgeMemory, purgeToldFailures } from '../store/retention.ts';
import { listStaleTokens } from '../store/tokens.ts';
import { createBell } from './wake.ts';
import { startWorkLoop, type WorkLoop } from './work-loop.ts';

export interface HousekeeperOptions {
  readonly db: Pool;
  readonly keeper: AccessKeeper;
  readonly log: Logger;
  readonly retentionDays: number;
}

const roundMs = 600_000;

/**
 * A refresh token dies after 180 days of silence (dossier §3.2). Refreshing on a schedule can get an app blocked (trap 71), so a
 * dormant portal is refreshed once in this many days and no other.
 */
const dormantDays = 150;

export function startHousekeeper(options: HousekeeperOptions): WorkLoop {
  return startWorkLoop({
    name: 'housekeeping',
    bell: createBell(),
    log: options.log,
    pollMs: roundMs,
    round: async (signal) => {
      await forgetOld(options, signal);
      await keepTokensAlive(options, signal);
      return false;
    },
  });
}

/** Full steps mean that there is more. */
async function forgetOld(options: HousekeeperOptions, signal: AbortSignal): Promise<void> {
  const { db, retentionDays } = options;
  const steps = [
    () => purgeBox(db, 'inbox', retentionDays),
    () => purgeBox(db, 'outbox', retentionDays),
    () => purgeDedupe(db),
    () => purgeToldFailures(db, retentionDays),
    () => purgeMemory(db),
    () => purgeBudgets(db),
    () => purgeLanes(db),
    () => eraseLeftBehind(db),
  ];
  for (const step of steps) {
    while (!signal.aborted && (await step()) > 0);
  }
}

async function keepTokensAlive(options: HousekeeperOptions, signal: AbortSignal): Promise<void> {
  const before = new Date(Date.now() - dormantDays * 86_400_000);
  for (const portal of await listStaleTokens(options.db, before)) {
    if (signal.aborted) return;
    try {
      await options.keeper.renew(portal, await options.keeper.current(portal), 'refused');
    } catch (error) {
      options.log.warn({ portal, err: error }, 'the tokens of a dormant portal could not be refreshed');
    }
  }
}
