/**
 * Runs the health checks that are due: of disabled connections now and then, of connections with refused credentials soon after the refusal, of all
 * others about hourly. A slow check delays neither other connections nor the end of the process.
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
  /** How often due checks are searched for. */
  readonly pollMs?: number | undefined;
  /** A check is aborted after this long. */
  readonly deadlineMs?: number;
  /** A check that has been under way for so long is slow. */
  readonly slowMs?: number;
}

/** Due checks are found after this long at most. */
const usualPollMs = 2_000;

/** A check is a dozen calls; one that takes longer than this is aborted. */
const usualDeadlineMs = 60_000;

/** Health checks under way at once; each is a dozen calls to one remote, and mostly waits. */
const atOnce = 60;

/** A check under way for so long is slow. While `slowAtOnce` checks are slow, connections known to be slow have to wait. */
const usualSlowMs = 5_000;
const slowAtOnce = 40;

/** How many connections are remembered as slow; beyond that, the oldest are forgotten. */
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
