/** Mounts the routes brains have of their own, under `/<brain name>`: bounded bodies, a limit per sender, and the headers of a careful page. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Brain, BrainHouse, BrainRoute, RouteAnswer } from '../core/brain.ts';
import { BadInput } from '../core/errors.ts';
import { systemClock } from '../lib/clock.ts';
import { readBody } from './read-body.ts';
import { createRequestLimit } from './request-limit.ts';
import { singles } from './singles.ts';

/** Forms and callbacks are small. */
const maxBodyBytes = 64 * 1024;

export interface BrainRoutesOptions {
  readonly brains: readonly Brain[];
  readonly houseOf: (brain: Brain) => BrainHouse;
}

export function mountBrainRoutes(options: BrainRoutesOptions) {
  return (router: Router): void => {
    for (const brain of options.brains) {
      if (brain.routes === undefined || brain.routes.length === 0) continue;
      const house = options.houseOf(brain);
      for (const route of brain.routes) {
        const serve = handlerOf(route, house);
        const path = `/${brain.name}${route.path}`;
        if (route.method === 'GET') router.get(path, serve);
        else router.post(path, serve);
      }
    }
  };
}

function handlerOf(route: BrainRoute, house: BrainHouse) {
  const limit = createRequestLimit(route.perMinute, systemClock);
  return async (ctx: Context): Promise<void> => {
    if (!limit.admits(ctx.ip)) {
      ctx.set('Retry-After', '60');
      throw new BadInput({ code: 'route.too_many', status: 429, message: 'too many requests; try again in a minute' });
    }
    const body = await readBody(ctx.req, maxBodyBytes);
    answer(ctx, await route.handle({ headers: singles(ctx.headers), query: singles(ctx.query), body }, house));
  };
}

/** Pages of a brain load nothing from elsewhere, are framed by nobody, send their forms home, and are kept by no cache. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

function answer(ctx: Context, given: RouteAnswer): void {
  ctx.status = given.status;
  ctx.set('X-Content-Type-Options', 'nosniff');
  if ('json' in given) {
    ctx.body = given.json;
    return;
  }
  // To other sites nothing; to ourselves, so that forms name the origin they come from.
  ctx.set('Referrer-Policy', 'same-origin');
  if ('svg' in given) {
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    ctx.set('Cache-Control', 'public, max-age=86400');
    ctx.type = 'image/svg+xml';
    ctx.body = given.svg;
    return;
  }
  ctx.set('Content-Security-Policy', pagePolicy);
  ctx.set('Cache-Control', 'no-store');
  ctx.type = 'html';
  ctx.body = given.html;
}
