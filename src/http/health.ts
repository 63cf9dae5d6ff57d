/** `/healthz` (the process lives), `/readyz` (it can work), `/metrics` (Prometheus). */

import type Router from '@koa/router';
import { measureQueues } from '../pipeline/housekeeper.ts';
import type { Metrics } from '../pipeline/metrics.ts';
import type { Pool } from '../store/database.ts';
import { isSchemaCurrent } from '../store/migrate.ts';

export interface HealthOptions {
  readonly db: Pool;
  readonly metrics: Metrics;
  /** False while the process is shutting down. */
  readonly isServing: () => boolean;
}

export function mountHealth(options: HealthOptions) {
  return (router: Router): void => {
    router.get('/healthz', (ctx) => {
      ctx.body = { status: 'alive' };
    });
    router.get('/readyz', async (ctx) => {
      const problem = options.isServing() ? await problemOf(options.db) : 'shutting_down';
      ctx.status = problem === null ? 200 : 503;
      ctx.body = problem === null ? { status: 'ready' } : { status: 'not_ready', problem };
    });
    router.get('/metrics', async (ctx) => {
      await measureQueues(options.db, options.metrics);
      ctx.type = options.metrics.registry.contentType;
      ctx.body = await options.metrics.registry.metrics();
    });
  };
}

async function problemOf(db: Pool): Promise<string | null> {
  try {
    return (await isSchemaCurrent(db)) ? null : 'migrations_pending';
  } catch {
    // Whatever the database says here, the answer is the same: this process cannot work now. The loops log the cause.
    return 'database_away';
  }
}
