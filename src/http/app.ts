/** The HTTP application: mounts the endpoints, pages and probes, and turns errors into responses. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import Router from '@koa/router';
import Koa, { type Context, type Middleware, type Next } from 'koa';
import { BadInput, toAppError } from '../core/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { statusOf } from './error-status.ts';
import type { Refusals } from './refusals.ts';
import { rememberSender, senderOf } from './sender-address.ts';
import { limitSockets } from './socket-limit.ts';

export interface HttpAppOptions {
  readonly log: Logger;
  readonly refusals: Refusals;
  /** Finds the sender of a request, taking trusted proxies into account; `senderOf` returns it later. */
  readonly findSender: (request: IncomingMessage) => string;
  /** False while the process is shutting down. */
  readonly isServing: () => boolean;
  /** Passes on requests for portals of other cells; absent: this is the only cell. */
  readonly forwarding?: Middleware;
  /** Handlers by route; this process does not serve a route whose handler is absent. */
  readonly eventEndpoint?: (ctx: Context) => Promise<void>;
  readonly webhookEndpoint?: (ctx: Context, brain: string, secret: string) => Promise<void>;
  readonly pages?: (router: Router) => void;
  /** The bots' pictures, at public addresses. */
  readonly pictures?: (router: Router) => void;
  /** The JSON API of the pages, under `/api`. */
  readonly api?: (router: Router) => void;
  readonly settingsForm?: (router: Router) => void;
  readonly brainRoutes?: (router: Router) => void;
  readonly files?: (router: Router) => void;
  readonly health: (router: Router) => void;
  readonly figures?: (router: Router) => void;
}

export function createHttpApp(options: HttpAppOptions): Koa {
  const { eventEndpoint, webhookEndpoint } = options;
  const app = new Koa();
  const router = new Router();
  app.use(async (ctx, next) => {
    rememberSender(ctx.req, options.findSender(ctx.req));
    // Pages that may be cached set their own header.
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Cache-Control', 'no-store');
    await next();
  });
  app.use(answerErrors(options));
  app.use(async (ctx, next) => {
    await next();
    // A sender that keeps its connection busy would prevent the shutdown: it has to open a new one.
    if (!options.isServing()) ctx.set('Connection', 'close');
  });
  if (options.forwarding !== undefined) app.use(options.forwarding);
  if (eventEndpoint !== undefined) {
    router.post('/bitrix24/events', eventEndpoint);
    router.head('/bitrix24/events', answerHead);
  }
  if (webhookEndpoint !== undefined) {
    router.post('/brains/:brain/:secret', (ctx) =>
      webhookEndpoint(ctx, ctx.params['brain'] ?? '', ctx.params['secret'] ?? ''),
    );
  }
  options.pages?.(router);
  options.api?.(router);
  options.settingsForm?.(router);
  options.brainRoutes?.(router);
  options.files?.(router);
  options.pictures?.(router);
  options.health(router);
  options.figures?.(router);
  app.use(router.routes());
  app.use(router.allowedMethods());
  // Errors are answered and logged in `answerErrors`; what arrives here are sockets that the other side has closed.
  app.on('error', (error: unknown) => options.log.debug({ err: error }, 'a connection broke'));
  return app;
}

/** Bitrix24's vendor cabinet checks every registered address with HEAD. */
export function answerHead(ctx: Context): void {
  ctx.status = 200;
}

/** Bad input gets its own status and a code, never a stack; an absent database gets 503, so that senders that can repeat do so. */
function answerErrors(options: HttpAppOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (thrown) {
      const status = statusOf(thrown);
      const path = ctx.path.replace(/^(\/brains\/[^/]+\/|\/files\/).*/, '$1…').slice(0, 200);
      options.refusals.note({ sender: senderOf(ctx), status, path, thrown });
      ctx.status = status;
      ctx.set('Cache-Control', 'no-store');
      ctx.body = answerOf(thrown) ?? { error: status >= 500 ? 'unavailable' : toAppError(thrown).code };
      if (status === 503) ctx.set('Retry-After', '2');
      // A body that is not read to its end must not keep the connection open.
      if (!ctx.req.complete) ctx.set('Connection', 'close');
    }
  };
}

function answerOf(thrown: unknown): unknown {
  return thrown instanceof BadInput ? thrown.answer : undefined;
}

/** The largest request head. Bitrix24's has 1 KB; Node's own default is 16 KB. */
const maxHeaderBytes = 16 * 1024;

/** Where to listen: an address, or a socket that another program has opened and listens on. */
export type ListenPlace = { readonly port: number; readonly host: string } | { readonly fd: number };

/** Listens; resolves with the server. Rejects with the system's error (EADDRINUSE). */
export function listen(app: Koa, place: ListenPlace): Promise<Server> {
  const handle = app.callback();
  return new Promise((resolve, reject) => {
    const server = createServer(
      {
        maxHeaderSize: maxHeaderBytes,
        // Slow senders are disconnected: no event of Bitrix24 takes longer than this.
        requestTimeout: 30_000,
        headersTimeout: 10_000,
        keepAliveTimeout: 30_000,
        // How often Node checks the first two; half a minute by default.
        connectionsCheckingInterval: 2_000,
      },
      // Koa answers every error itself.
      (request, response) => void handle(request, response),
    );
    server.maxRequestsPerSocket = 10_000;
    limitSockets(server);
    server.listen(place);
    server.once('listening', () => resolve(server));
    server.once('error', reject);
  });
}

/** Connections still open after this time are closed: it is longer than the endpoint's own time-out. */
const closeWithinMs = 8_000;

/** Stops accepting connections, lets requests in flight finish, and resolves when the last connection is closed. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const cut = setTimeout(() => server.closeAllConnections(), closeWithinMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
