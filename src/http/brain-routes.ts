/**
 * Mounts the brains' own routes under `/<brain name>`, with bounded bodies, a limit of failures per sender, and strict security headers.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Brain, BrainRoute, ConnectorHost, RouteAnswer } from '../core/brain.ts';
import { BadInput } from '../core/errors.ts';
import { systemClock } from '../lib/clock.ts';
import type { BodyReader } from './body-reader.ts';
import { createFailureLimit } from './failure-limit.ts';
import { firstValues } from './first-values.ts';
import { senderOf } from './sender.ts';

/** Forms and callbacks are small. */
const maxBodyBytes = 64 * 1024;

export interface BrainRoutesOptions {
  readonly bodies: BodyReader;
  readonly brains: readonly Brain[];
  readonly hostOf: (brain: Brain) => ConnectorHost;
}

export function mountBrainRoutes(options: BrainRoutesOptions) {
  return (router: Router): void => {
    for (const brain of options.brains) {
      if (brain.routes === undefined || brain.routes.length === 0) continue;
      const host = options.hostOf(brain);
      for (const route of brain.routes) {
        const serve = handlerOf(route, host, options.bodies);
        const path = `/${brain.name}${route.path}`;
        if (route.method === 'GET') router.get(path, serve);
        else router.post(path, serve);
      }
    }
  };
}

function handlerOf(route: BrainRoute, host: ConnectorHost, bodies: BodyReader) {
  const limit = createFailureLimit(route.perMinute, systemClock);
  return async (ctx: Context): Promise<void> => {
    const attempt = limit.begin(senderOf(ctx));
    if (attempt === null) {
      ctx.set('Retry-After', '60');
      throw new BadInput({ code: 'route.too_many', status: 429, message: 'too many requests; try again in a minute' });
    }
    let hasFailed = false;
    try {
      const body = await bodies.read(ctx, maxBodyBytes);
      const given = await route.handle(
        { headers: firstValues(ctx.headers), query: firstValues(ctx.query), body },
        host,
      );
      hasFailed = given.status >= 400;
      answer(ctx, given);
    } catch (error) {
      // Failures on our side or at the brain do not count against the sender.
      hasFailed = error instanceof BadInput && error.status < 500;
      throw error;
    } finally {
      attempt.end(hasFailed);
    }
  };
}

/** Pages of a brain load nothing from other sites, cannot be framed, send their forms only to this site, and are not cached. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

function answer(ctx: Context, given: RouteAnswer): void {
  ctx.status = given.status;
  if ('json' in given) {
    ctx.body = given.json;
    return;
  }
  // Other sites get no referrer; this site does, so that forms name the origin they come from.
  ctx.set('Referrer-Policy', 'same-origin');
  if ('svg' in given) {
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    ctx.set('Cache-Control', 'public, max-age=86400');
    ctx.type = 'image/svg+xml';
    ctx.body = given.svg;
    return;
  }
  ctx.set('Content-Security-Policy', pagePolicy);
  ctx.type = 'html';
  ctx.body = given.html;
}
