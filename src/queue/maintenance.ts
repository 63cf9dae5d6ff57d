/** Periodic maintenance: deletes old rows and keeps the tokens of dormant portals valid. */

import type { TokenProvider } from '../bitrix24/rest/portal-access.ts';
import type { Logger } from '../lib/logger.ts';
import { webhookUser } from '../portals/token-context.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import type { Pool } from '../store/database.ts';
import { forgetHolds } from '../store/queue/held-events.ts';
import {
  type LanePlace,
  purgeAudit,
  purgeAwaiting,
  purgeConnectorState,
  purgeDedupe,
  purgeHourlyCounts,
  purgeLanes,
  purgeOfPortal,
  purgeQueue,
  purgeRateLimits,
  purgeReportedFailures,
} from '../store/queue/retention.ts';
import { purgeRestLog } from '../store/reporting/rest-log.ts';
import { eraseLeftBehind } from '../store/tenants/portal-erasure.ts';
import { listShortRetentions } from '../store/tenants/portals.ts';
import { listStaleTokens } from '../store/tenants/tokens.ts';

export interface MaintenanceOptions {
  readonly db: Pool;
  readonly tokenProvider: TokenProvider;
  readonly log: Logger;
  readonly retentionDays: number;
  /** How long after the start it begins; at once when absent. */
  readonly firstMs?: number | undefined;
}

const roundMs = 600_000;

/**
 * A refresh token dies after 180 days without use, and refreshing on a schedule can get an app blocked
 * (docs/platform-notes/bitrix24.md#token-life). So a dormant portal is refreshed once in this many days, and no other portal is.
 */
const dormantDays = 150;

/** Steps that a round goes in the walk over all lanes: 600 000 lanes an hour, and not more when there are more. */
const laneSteps = 20;

export function startMaintenance(options: MaintenanceOptions): WorkLoop {
  const walkLanes = createLaneWalk(options.db);
  return startWorkLoop({
    name: 'maintenance',
    log: options.log,
    firstMs: options.firstMs,
    pollMs: roundMs,
    round: async (signal) => {
      await forgetOld(options, signal);
      await keepTokensAlive(options, signal);
      await walkLanes(signal);
    },
  });
}

/** Each step deletes a batch and is repeated until nothing is left. */
async function forgetOld(options: MaintenanceOptions, signal: AbortSignal): Promise<void> {
  const { db, retentionDays } = options;
  const steps = [
    () => purgeQueue(db, 'inbox', retentionDays),
    () => purgeQueue(db, 'outbox', retentionDays),
    () => purgeDedupe(db),
    () => purgeReportedFailures(db, retentionDays),
    () => purgeAudit(db, retentionDays),
    () => purgeHourlyCounts(db, retentionDays),
    () => purgeRestLog(db),
    () => purgeConnectorState(db),
    () => purgeAwaiting(db),
    () => purgeRateLimits(db),
    () => eraseLeftBehind(db),
    () => forgetHolds(db),
  ];
  for (const step of steps) {
    while (!signal.aborted && (await step()) > 0);
  }
  for (const { portal, days } of await listShortRetentions(db, retentionDays)) {
    while (!signal.aborted && (await purgeOfPortal(db, portal, days)) > 0);
  }
}

/** Goes on where the previous round ended, and starts over after the last lane. */
function createLaneWalk(db: Pool): (signal: AbortSignal) => Promise<void> {
  let place: LanePlace | null = null;
  return async (signal) => {
    for (let step = 0; step < laneSteps && !signal.aborted; step += 1) {
      place = (await purgeLanes(db, place)).next;
      if (place === null) return;
    }
  };
}

async function keepTokensAlive(options: MaintenanceOptions, signal: AbortSignal): Promise<void> {
  const before = new Date(Date.now() - dormantDays * 86_400_000);
  for (const portal of await listStaleTokens(options.db, before, webhookUser)) {
    if (signal.aborted) return;
    try {
      await options.tokenProvider.renew(portal, await options.tokenProvider.current(portal), 'refused');
    } catch (error) {
      options.log.warn({ portal, err: error }, 'the tokens of a dormant portal could not be refreshed');
    }
  }
}
