/**
 * Mounts the brains' own routes under `/<brain name>`, with bounded bodies, a limit of failures per sender, and strict security headers.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Brain, type BrainRoute, type ConnectorHost, type RouteAnswer, titlesOf } from '../core/brain.ts';
import type { ConnectPageData } from '../core/connect-view.ts';
import { BadInput } from '../core/errors.ts';
import { systemClock } from '../lib/clock.ts';
import type { BodyReader } from './body-reader.ts';
import type { AskOthers } from './cells/ask-others.ts';
import { createFailureLimit } from './failure-limit.ts';
import { firstValues } from './first-values.ts';
import { type PageFiles, readPageFiles } from './page-files.ts';
import { fillTemplate } from './page-template.ts';
import { senderOf } from './sender-address.ts';

/** Forms and callbacks are small. */
const maxBodyBytes = 64 * 1024;

export interface BrainRoutesOptions {
  readonly bodies: BodyReader;
  readonly brains: readonly Brain[];
  readonly hostOf: (brain: Brain) => ConnectorHost;
  /** Null: there is only this cell. */
  readonly others: AskOthers | null;
}

export function mountBrainRoutes(options: BrainRoutesOptions) {
  const files = readPageFiles();
  return (router: Router): void => {
    for (const brain of options.brains) {
      if (brain.routes === undefined || brain.routes.length === 0) continue;
      const host = options.hostOf(brain);
      for (const route of brain.routes) {
        const serve = handlerOf(route, { ...options, brain, host, files });
        const path = `/${brain.name}${route.path}`;
        if (route.method === 'GET') router.get(path, serve);
        else router.post(path, serve);
      }
    }
  };
}

interface Serving extends Pick<BrainRoutesOptions, 'bodies' | 'others'> {
  readonly brain: Brain;
  readonly host: ConnectorHost;
  readonly files: PageFiles;
}

function handlerOf(route: BrainRoute, { brain, host, bodies, others, files }: Serving) {
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
      const request = { headers: firstValues(ctx.headers), query: firstValues(ctx.query), body };
      const serve = async (itsHost: ConnectorHost): Promise<void> => {
        const given = await route.handle(request, itsHost);
        hasFailed = given.status >= 400;
        answer(ctx, given, brain, files);
      };
      await (others === null ? serve(host) : others.serve(ctx, body, host, serve));
    } catch (error) {
      // Failures on our side or at the brain do not count against the sender.
      hasFailed = error instanceof BadInput && error.status < 500;
      throw error;
    } finally {
      attempt.end(hasFailed);
    }
  };
}

/** The page of a brain loads nothing from other sites, cannot be framed, speaks only to this site, and is not cached. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function answer(ctx: Context, given: RouteAnswer, brain: Brain, files: PageFiles): void {
  ctx.status = given.status;
  if ('json' in given) {
    ctx.body = given.json;
    return;
  }
  // The link to this page may prove who its reader is, so other sites get no referrer.
  ctx.set('Referrer-Policy', 'same-origin');
  if ('svg' in given) {
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    ctx.set('Cache-Control', 'public, max-age=86400');
    ctx.type = 'image/svg+xml';
    ctx.body = given.svg;
    return;
  }
  ctx.set('Content-Security-Policy', pagePolicy);
  const data: ConnectPageData = { ...given.page, title: titlesOf(brain), about: brain.about ?? null };
  ctx.type = 'html';
  ctx.body = fillTemplate(files.page('connect'), { data: JSON.stringify(data) });
}
