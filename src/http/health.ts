/** `/healthz` (the process runs) and `/readyz` (it can work). */
import type Router from '@koa/router';
import type { Readiness } from '../runtime/readiness.ts';

export interface HealthOptions {
  readonly readiness: Readiness;
  /** False while the process is shutting down. */
  readonly isServing: () => boolean;
}

export function mountHealth(options: HealthOptions) {
  return (router: Router): void => {
    router.get('/healthz', (ctx) => {
      ctx.body = { status: 'alive' };
    });
    router.get('/readyz', async (ctx) => {
      const problem = options.isServing() ? await options.readiness.problem() : 'shutting_down';
      ctx.status = problem === null ? 200 : 503;
      ctx.body = problem === null ? { status: 'ready' } : { status: 'not_ready', problem };
    });
  };
}
