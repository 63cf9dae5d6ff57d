/**
 * Looks at accounts that are due for it: paused ones now and then, those whose credentials were refused soon after, all others about
 * hourly. Looks stand in nobody's way: not in that of other accounts, and not in that of the process's end.
 */
import type { Brain } from '../core/brain.ts';
import type { Logger } from '../lib/logger.ts';
import { createWakeup } from '../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import type { Pool } from '../store/database.ts';
import { claimChecks } from '../store/tenants/connection-health.ts';
import type { ConnectionRow } from '../store/tenants/connections.ts';
import type { ConnectionService } from './connection-service.ts';

export interface HealthCheckOptions {
  readonly db: Pool;
  readonly connectionService: Pick<ConnectionService, 'checkHealth'>;
  readonly brains: readonly Brain[];
  readonly log: Logger;
  /** How often due accounts are looked for. */
  readonly pollMs?: number | undefined;
  /** A look is broken off after this long. */
  readonly deadlineMs?: number;
  /** A check that has been under way for so long is slow. */
  readonly slowMs?: number;
}

/** A change over there is followed after this long at most. */
const usualPollMs = 2_000;

/** A dozen calls; one whose remote needs longer than this for them tells nothing today. */
const usualDeadlineMs = 60_000;

/** Health checks under way at once; each is a dozen calls to one remote, and mostly waits. */
const atOnce = 60;

/** A check that has been under way for so long is slow. So many slow ones at once, and connections known to be slow have to wait. */
const usualSlowMs = 5_000;
const slowAtOnce = 40;

/** Connections remembered as slow; beyond, the oldest are forgotten. */
const maxSlow = 5_000;

export function startHealthChecks(options: HealthCheckOptions): WorkLoop {
  const { pollMs = usualPollMs, deadlineMs = usualDeadlineMs, slowMs = usualSlowMs } = options;
  const brains = options.brains.filter((brain) => brain.checkHealth !== undefined).map((brain) => brain.name);
  const stopping = new AbortController();
  const underWay = new Map<Promise<void>, number>();
  const slow = new Set<string>();
  const wakeup = createWakeup();

  function check(row: ConnectionRow): void {
    const begunAt = performance.now();
    const until = AbortSignal.any([stopping.signal, AbortSignal.timeout(deadlineMs)]);
    const checkHealth = options.connectionService.checkHealth(row, until).finally(() => {
      // Others may have waited for the place.
      if (underWay.size === atOnce) wakeup.ring();
      underWay.delete(checkHealth);
      slow.delete(row.id);
      if (performance.now() - begunAt > slowMs) slow.add(row.id);
      const [oldest] = slow;
      if (slow.size > maxSlow && oldest !== undefined) slow.delete(oldest);
    });
    underWay.set(checkHealth, begunAt);
  }

  const loop = startWorkLoop({
    name: 'health checks',
    wakeup,
    log: options.log,
    pollMs,
    round: async () => {
      const free = atOnce - underWay.size;
      if (brains.length === 0 || free === 0) return false;
      const now = performance.now();
      const isCrowded = [...underWay.values()].filter((begunAt) => now - begunAt > slowMs).length >= slowAtOnce;
      const claimed = await claimChecks(options.db, brains, { limit: free, except: isCrowded ? [...slow] : [] });
      for (const row of claimed) check(row);
      return false;
    },
  });
  return {
    async stop() {
      stopping.abort();
      await loop.stop();
      await Promise.all(underWay.keys());
    },
  };
}
