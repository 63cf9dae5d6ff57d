/**
 * `GET /files/<sealed>`: passes the bytes of a portal's file on to a remote that was given the link. Nothing is kept in memory or on disk, and
 * a browser that opens the link can only save the file.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { FileLinks } from '../connections/file-links.ts';
import { openLinkedFile } from '../connections/linked-file.ts';
import { BadInput, badInput, RemoteRefused } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { StreamClient } from '../lib/http-stream.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Pool } from '../store/database.ts';
import { createFailureLimit } from './failure-limit.ts';
import { passBytes } from './pass-bytes.ts';
import { senderOf } from './sender.ts';

export interface FileRouteOptions {
  readonly db: Pool;
  readonly portals: PortalCache;
  readonly client: PortalClient;
  readonly fileLinks: Pick<FileLinks, 'open'>;
  readonly streams: Pick<StreamClient, 'open'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** Links of one sender that may be wrong in a minute. */
const failuresPerMinute = 30;

/** Files under way at once: of one portal, because each costs a request of its budget, and of all. */
const maxOfPortal = 8;
const maxOfAll = 64;

/** A file of the largest size within this time needs 340 KB/s. */
const longestMs = 300_000;

/** Bitrix24's own limit for a file of a bot (docs/platform-notes/bitrix24.md#files). */
const maxFileBytes = 100 * 1024 * 1024;

export function mountFiles(options: FileRouteOptions) {
  const limit = createFailureLimit(failuresPerMinute, options.clock);
  const underWay = createPlaces();
  return (router: Router): void => {
    router.get('/files/:sealed', async (ctx) => {
      const attempt = limit.begin(senderOf(ctx));
      if (attempt === null) throw tooMany(ctx);
      let hasFailed = true;
      try {
        const file = options.fileLinks.open(ctx.params['sealed'] ?? '');
        if (file === null) throw unknownFile();
        hasFailed = false;
        if (!underWay.enter(file.portal)) throw tooMany(ctx);
        try {
          await passOn(options, ctx, file);
        } finally {
          underWay.leave(file.portal);
        }
      } finally {
        attempt.end(hasFailed);
      }
    });
  };
}

type LinkedFile = NonNullable<ReturnType<FileLinks['open']>>;

async function passOn(options: FileRouteOptions, ctx: Context, file: LinkedFile): Promise<void> {
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(longestMs)]);
  ctx.res.once('close', () => leaving.abort());
  const found = await openLinkedFile(options, file, signal).catch((error: unknown) => {
    // The portal does not give it, and will not give it later: the link leads nowhere.
    if (error instanceof RemoteRefused && error.retry === 'never') throw unknownFile(error);
    throw error;
  });
  if (found === null) throw unknownFile();
  const { body, length } = found;
  if (length !== null && length > maxFileBytes) {
    body.destroy();
    throw badInput('file.too_large', 'the file is larger than the app passes on', 413);
  }
  setHeaders(ctx, file.name, length);
  if (ctx.method === 'HEAD') {
    body.destroy();
    return;
  }
  // Koa would leave the connection open if the portal broke off in the middle.
  ctx.respond = false;
  ctx.res.statusCode = 200;
  await passBytes(body, ctx.res, { maxBytes: maxFileBytes, signal });
}

/** No script in the file can run in a browser, and no page can show it. */
function setHeaders(ctx: Context, name: string, length: number | null): void {
  ctx.status = 200;
  ctx.set('Content-Type', 'application/octet-stream');
  ctx.set('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`);
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox");
  ctx.set('Referrer-Policy', 'no-referrer');
  if (length !== null) ctx.set('Content-Length', String(length));
}

function createPlaces() {
  const byPortal = new Map<string, number>();
  let all = 0;
  return {
    enter(portal: string): boolean {
      const own = byPortal.get(portal) ?? 0;
      if (all >= maxOfAll || own >= maxOfPortal) return false;
      byPortal.set(portal, own + 1);
      all += 1;
      return true;
    },
    leave(portal: string): void {
      const own = (byPortal.get(portal) ?? 1) - 1;
      if (own === 0) byPortal.delete(portal);
      else byPortal.set(portal, own);
      all -= 1;
    },
  };
}

/** What was not sealed by us, has expired, or is not allowed any more looks the same. */
function unknownFile(cause?: unknown): BadInput {
  return new BadInput({ code: 'file.unknown', status: 404, message: 'there is no such file', cause });
}

function tooMany(ctx: Context): BadInput {
  ctx.set('Retry-After', '10');
  return badInput('file.too_many', 'too many requests; try again in a moment', 429);
}
