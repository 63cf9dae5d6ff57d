/** The pages a portal shows in its frame (the installer and the app's own page) and the data they request. */

import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { claimFromPage } from '../bitrix24/install/proof.ts';
import { isRecord } from '../bitrix24/rest/rest-errors.ts';
import type { ConnectionService } from '../connections/connection-service.ts';
import type { Brain } from '../core/brain.ts';
import { AppError, BadInput } from '../core/errors.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import { orderSetUp } from '../portals/app-orders.ts';
import type { Installation, Visitor } from '../portals/installation.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { countDay, listRecent } from '../store/reporting/activity.ts';
import { listDeadLetters } from '../store/reporting/history.ts';
import { listBots } from '../store/tenants/bots.ts';
import { listConnections } from '../store/tenants/connections.ts';
import { findPortal } from '../store/tenants/portals.ts';
import { answerHead } from './app.ts';
import type { BodyReader } from './body-reader.ts';
import { connectable, sendConnectCode } from './connect-code.ts';
import { mountConnectionPages } from './connection-pages.ts';
import { mountDeliveryPages } from './delivery-pages.ts';
import { firstValues } from './first-values.ts';
import { openSession, type PageSession, sealSession } from './page-session.ts';
import { fillTemplate } from './page-template.ts';
import type { Refusals } from './refusals.ts';
import { senderOf } from './sender.ts';

export interface PagesOptions {
  readonly bodies: BodyReader;
  readonly refusals: Refusals;
  readonly db: Pool;
  readonly portals: PortalCache;
  readonly installation: Installation;
  readonly sealer: Sealer;
  readonly wakeups: Wakeups;
  readonly brains: readonly Brain[];
  readonly log: Logger;
  readonly connectionService: ConnectionService;
  /** Bitrix24's page script. */
  readonly scriptUrl: string;
}

const folder = fileURLToPath(new URL('../../install/', import.meta.url));
const assets: Readonly<Record<string, string>> = {
  'page.css': 'text/css; charset=utf-8',
  'installer.js': 'text/javascript; charset=utf-8',
  'portal.js': 'text/javascript; charset=utf-8',
  'connect.js': 'text/javascript; charset=utf-8',
  'deliveries.js': 'text/javascript; charset=utf-8',
  'deliveries-texts.js': 'text/javascript; charset=utf-8',
  'connection-form.js': 'text/javascript; charset=utf-8',
  'connections.js': 'text/javascript; charset=utf-8',
  'connection-texts.js': 'text/javascript; charset=utf-8',
  'texts.js': 'text/javascript; charset=utf-8',
};

const recentShown = 30;

/** Forms of a page are small; koa-body's own limit for them. */
const formBytes = 64 * 1024;
const formLimits = { multipart: false, json: false, text: false, formLimit: formBytes };

let loading: Promise<Middleware> | null = null;

/** koa-body is loaded with the first page: a process that shows none saves 8 MB. */
const readForm: Middleware = async (ctx, next) => {
  loading ??= import('koa-body').then(({ koaBody }) => koaBody(formLimits));
  await (await loading)(ctx, next);
};

export function mountPages(options: PagesOptions) {
  const formBody: Middleware = async (ctx, next) => {
    options.bodies.reserveMemory(ctx, formBytes);
    await readForm(ctx, next);
  };
  return (router: Router): void => {
    router.head('/bitrix24/install', answerHead);
    router.head('/bitrix24/app', answerHead);
    router.post('/bitrix24/install', formBody, (ctx) => show(options, ctx, 'installer'));
    router.post('/bitrix24/app', formBody, (ctx) => show(options, ctx, 'portal'));
    router.get('/bitrix24/install/status', (ctx) => sendInstallStatus(options, ctx));
    router.get('/bitrix24/app/data', (ctx) => sendPortalData(options, ctx));
    router.post('/bitrix24/app/set-up', (ctx) => setUpAgain(options, ctx));
    router.post('/bitrix24/app/connect-code', (ctx) =>
      sendConnectCode(options.db, options.brains, adminOf(options, ctx), ctx),
    );
    mountDeliveryPages({ ...options, adminOf: (ctx) => adminOf(options, ctx) }, router);
    const { db, bodies, brains, connectionService } = options;
    mountConnectionPages({ db, bodies, brains, connectionService, adminOf: (ctx) => adminOf(options, ctx) })(router);
    router.get('/bitrix24/assets/:name', sendAsset);
  };
}

type PageName = 'installer' | 'portal';

/** Verifies the visitor, then shows the page with a short-lived session in it: cookies are blocked in most frames. */
async function show(options: PagesOptions, ctx: Context, page: PageName): Promise<void> {
  const since = Date.now();
  const query = firstValues(ctx.query);
  const language = query['LANG'] === 'ru' ? 'ru' : 'en';
  try {
    const claim = claimFromPage(query, isRecord(ctx.request.body) ? ctx.request.body : {});
    const { installation } = options;
    const origin = { sender: senderOf(ctx), event: null };
    const visitor: Visitor = await (page === 'installer'
      ? installation.install(claim, origin)
      : installation.visit(claim, origin));
    const { portal } = await options.portals.portal(visitor.portal);
    ctx.set('Content-Security-Policy', policy(options.scriptUrl, portal?.client_endpoint));
    render(ctx, page, options.scriptUrl, {
      language,
      session: sealSession(options.sealer, visitor, since),
      problem: null,
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    ctx.status = error instanceof BadInput ? error.status : 503;
    options.refusals.note({ sender: senderOf(ctx), status: ctx.status, path: ctx.path, thrown: error });
    ctx.set('Content-Security-Policy', policy(options.scriptUrl, undefined));
    render(ctx, page, options.scriptUrl, { language, session: null, problem: error.code });
  }
}

interface PageData {
  readonly language: 'ru' | 'en';
  readonly session: string | null;
  /** Code of the error for which the visitor was refused. */
  readonly problem: string | null;
}

const templates = new Map<PageName, string>();

function render(ctx: Context, page: PageName, scriptUrl: string, data: PageData): void {
  const template = templates.get(page) ?? readFileSync(`${folder}${page}.html`, 'utf8');
  templates.set(page, template);
  ctx.type = 'html';
  ctx.set('Referrer-Policy', 'no-referrer');
  const values: Readonly<Record<string, string>> = { data: JSON.stringify(data), script: scriptUrl };
  ctx.body = fillTemplate(template.replace('<html lang="en">', `<html lang="${data.language}">`), values);
}

/**
 * Only the verified portal may frame the page. An error page may be framed by any site: it holds a reason and no session, and portals on
 * their own hosts must be able to show it.
 */
function policy(scriptUrl: string, endpoint: string | undefined): string {
  const script = new URL(scriptUrl, 'https://x');
  const scriptHost = scriptUrl.startsWith('//') ? script.host : script.origin;
  const frame = endpoint === undefined ? '*' : new URL(endpoint).origin;
  return `default-src 'none'; script-src 'self' ${scriptHost}; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors ${frame}`;
}

function sessionOf(options: PagesOptions, ctx: Context): PageSession {
  // Sent in a header, because addresses are kept by logs, histories and proxies.
  const sealed = /^Bearer (\S{1,2000})$/.exec(ctx.get('Authorization'))?.[1];
  const session = openSession(options.sealer, sealed ?? '');
  if (session === null) {
    throw new BadInput({ code: 'page.session_over', status: 401, message: 'the page is too old; open it again' });
  }
  return session;
}

async function sendInstallStatus(options: PagesOptions, ctx: Context): Promise<void> {
  const session = sessionOf(options, ctx);
  const portal = await findPortal(options.db, session.portal);
  const bots = await listBots(options.db, session.portal);
  const isDone =
    portal?.set_up_at !== null && portal?.set_up_at !== undefined && portal.set_up_at.getTime() > session.since;
  ctx.body = {
    state: isDone ? 'done' : (portal?.set_up_error ?? null) === null ? 'working' : 'failing',
    problem: portal?.set_up_error ?? null,
    bots: bots.map(({ name, type, state, problem }) => ({ name, type, state, problem })),
  };
}

function titleOf(brains: readonly Brain[], name: string): string {
  return brains.find((brain) => brain.name === name)?.title ?? name;
}

async function sendPortalData(options: PagesOptions, ctx: Context): Promise<void> {
  const session = sessionOf(options, ctx);
  const { db } = options;
  const [portal, bots, connections, day, recent, deadLetters] = await Promise.all([
    findPortal(db, session.portal),
    listBots(db, session.portal),
    listConnections(db, session.portal),
    countDay(db, session.portal),
    listRecent(db, session.portal, recentShown),
    listDeadLetters(db, session.portal),
  ]);
  ctx.body = {
    isAdmin: session.isAdmin,
    portal: portal && {
      domain: portal.domain,
      state: portal.state,
      appState: portal.app_state,
      setUpAt: portal.set_up_at,
      setUpError: portal.set_up_error,
      license: portal.license,
    },
    bots: bots.map(({ code, name, type, brain, state, problem, connection_id }) => ({
      code,
      name,
      type,
      brain: titleOf(options.brains, brain),
      account: connections.find(({ id }) => id === connection_id)?.title ?? null,
      disabled: connections.find(({ id }) => id === connection_id)?.disabled_reason ?? null,
      state,
      problem,
    })),
    connectable: session.isAdmin ? connectable(options.brains) : [],
    day,
    recent,
    deadLetters: deadLetters.map(({ queue, kind, side, at, state, outcome, trace }) => ({
      queue,
      kind,
      side,
      at,
      state,
      outcome,
      trace,
    })),
  };
}

/** Throws BadInput `page.session_over` and `page.admins_only`. */
function adminOf(options: PagesOptions, ctx: Context): PageSession {
  const session = sessionOf(options, ctx);
  if (session.isAdmin) return session;
  throw new BadInput({
    code: 'page.admins_only',
    status: 403,
    message: 'only an administrator of the portal may do this',
  });
}

async function setUpAgain(options: PagesOptions, ctx: Context): Promise<void> {
  const session = adminOf(options, ctx);
  await inTransaction(options.db, (trx) => orderSetUp(trx, session.portal, 'set-up-again'));
  options.wakeups.outbox.ring();
  ctx.status = 202;
  ctx.body = { state: 'ordered' };
}

function sendAsset(ctx: Context & { params: Readonly<Record<string, string>> }): void {
  const name = ctx.params['name'] ?? '';
  const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
  if (type === undefined) return;
  ctx.set('Content-Type', type);
  ctx.set('Cache-Control', 'public, max-age=300');
  ctx.body = createReadStream(`${folder}${name}`);
}
