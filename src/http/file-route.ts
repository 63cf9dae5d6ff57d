/**
 * `GET /files/<sealed>`: passes the bytes of a portal's file on to a remote that was given the link, or those of a brain's file to the staff of
 * a portal. Nothing is kept in memory or on disk, and a browser that opens the link can only save the file.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { ConnectorRegistry } from '../connections/connector-registry.ts';
import type { FileLinks, LinkedFile } from '../connections/file-links.ts';
import { openLinkedFile } from '../connections/linked-file.ts';
import { AppError, BadInput, badInput, RemoteRefused } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { Cells } from '../portals/cells/cells.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Pool } from '../store/database.ts';
import { createFailureLimit } from './failure-limit.ts';
import { createFilePlaces } from './file-places.ts';
import { passBytes } from './pass-bytes.ts';
import { senderOf } from './sender-address.ts';

export interface FileRouteOptions {
  readonly db: Pool;
  readonly portals: PortalCache;
  /** Null: there is only this cell. */
  readonly cells: Pick<Cells, 'refuseForeign'> | null;
  readonly client: PortalClient;
  readonly connectors: Pick<ConnectorRegistry, 'connectorById'>;
  readonly fileLinks: Pick<FileLinks, 'open'>;
  readonly http: Pick<HttpClient, 'open'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** How many wrong links one sender may try per minute. */
const failuresPerMinute = 30;

/** A file of the largest size within this time needs 340 KB/s. */
const longestMs = 300_000;

export function mountFiles(options: FileRouteOptions) {
  const limit = createFailureLimit(failuresPerMinute, options.clock);
  const places = createFilePlaces();
  return (router: Router): void => {
    router.get('/files/:sealed', async (ctx) => {
      const sender = senderOf(ctx);
      const attempt = limit.begin(sender);
      if (attempt === null) throw tooMany(ctx);
      let hasFailed = true;
      try {
        const file = options.fileLinks.open(ctx.params['sealed'] ?? '');
        if (file === null) throw unknownFile();
        hasFailed = false;
        const leave = places.enter(file.portal, sender);
        if (leave === null) throw tooMany(ctx);
        try {
          await passOn(options, ctx, file);
        } finally {
          leave();
        }
      } finally {
        attempt.end(hasFailed);
      }
    });
  };
}

async function passOn(options: FileRouteOptions, ctx: Context, file: LinkedFile): Promise<void> {
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(longestMs)]);
  ctx.res.once('close', () => leaving.abort());
  const found = await openLinkedFile(options, file, { signal, timeoutMs: longestMs }).catch((error: unknown) => {
    // The portal or the brain does not give the file, and will not give it later: the link leads nowhere.
    const isGone = error instanceof RemoteRefused || (file.of === 'brain' && error instanceof BadInput);
    if (isGone && error.retry === 'never') throw unknownFile(error);
    if (error instanceof AppError && error.code === 'http.too_large')
      throw badInput('file.too_large', 'the file is larger than the app passes on', 413);
    throw error;
  });
  if (found === null) {
    // The link was made here before the portal was moved to another cell.
    await options.cells?.refuseForeign(file.portal);
    throw unknownFile();
  }
  setHeaders(ctx, file.name, found.size);
  if (ctx.method === 'HEAD') {
    leaving.abort();
    return;
  }
  // Koa would leave the connection open if the portal broke off in the middle.
  ctx.respond = false;
  ctx.res.statusCode = 200;
  await passBytes(found.stream, ctx.res, signal);
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

/** The same answer for a link that we did not seal, that has expired, or that is not allowed any more. */
function unknownFile(cause?: unknown): BadInput {
  return new BadInput({ code: 'file.unknown', status: 404, message: 'there is no such file', cause });
}

function tooMany(ctx: Context): BadInput {
  ctx.set('Retry-After', '10');
  return badInput('file.too_many', 'too many requests; try again in a moment', 429);
}
