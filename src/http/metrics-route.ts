/**
 * `/metrics` for Prometheus. It shows how busy portals are, so access is limited: METRICS_TOKEN requires that token, METRICS_PORT gives it
 * a port of its own, and with neither it answers only senders of a private network.
 */
import type { Server } from 'node:http';
import Router from '@koa/router';
import ipaddr from 'ipaddr.js';
import Koa, { type Context } from 'koa';
import { sameDigest, sha256 } from '../lib/encryption.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { QueueMeter } from '../runtime/queue-meter.ts';
import { listen } from './app.ts';

export interface MetricsRouteOptions {
  readonly metrics: Pick<Metrics, 'registry'>;
  readonly meter: QueueMeter;
  /** The token that `Authorization: Bearer` must carry; null: none. */
  readonly token: string | null;
}

/** Mounts the route on the app's main port. */
export function mountMetrics(options: MetricsRouteOptions) {
  return (router: Router): void => {
    router.get('/metrics', async (ctx) => {
      // Without a configured token, strangers get 404.
      if (options.token === null && !isFromPrivateNetwork(ctx)) return;
      await send(ctx, options);
    });
  };
}

/** Serves the route on a port of its own, which the administrator keeps from strangers. */
export async function listenForMetrics(options: MetricsRouteOptions, port: number, host: string): Promise<Server> {
  const router = new Router();
  router.get('/metrics', (ctx) => send(ctx, options));
  const app = new Koa();
  app.silent = true;
  app.use(router.routes());
  return await listen(app, { port, host });
}

async function send(ctx: Context, { metrics, meter, token }: MetricsRouteOptions): Promise<void> {
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Cache-Control', 'no-store');
  if (token !== null && !hasToken(ctx, token)) {
    ctx.status = 401;
    ctx.set('WWW-Authenticate', 'Bearer');
    ctx.body = { error: 'metrics.token' };
    return;
  }
  await meter.refresh();
  ctx.type = metrics.registry.contentType;
  ctx.body = await metrics.registry.metrics();
}

function hasToken(ctx: Context, token: string): boolean {
  const shown = /^Bearer (\S{1,500})$/i.exec(ctx.get('Authorization'))?.[1];
  return shown !== undefined && sameDigest(sha256(shown), sha256(token));
}

/** Headers by which proxies pass a request on: then the connection's address is the proxy's, not the sender's. */
const forwarding = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

const ownRanges = new Set(['loopback', 'private', 'uniqueLocal', 'linkLocal']);

/** The request came straight from a loopback or private address. */
function isFromPrivateNetwork({ req }: Context): boolean {
  if (forwarding.some((name) => req.headers[name] !== undefined)) return false;
  const address = req.socket.remoteAddress ?? '';
  return ipaddr.isValid(address) && ownRanges.has(ipaddr.process(address).range());
}
