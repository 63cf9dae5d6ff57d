/**
 * Serves the endpoints under `/api`: opens the session, checks what the visitor may do, reads the body within limits, and answers errors.
 * The session travels in a header that no other site can send; cookies are not read, so a forged request from elsewhere has no session.
 */
import { Readable } from 'node:stream';
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Language } from '../core/language.ts';
import type { BodyReader } from '../http/body-reader.ts';
import { createFailureLimit, type FailureLimit } from '../http/failure-limit.ts';
import { firstValues } from '../http/first-values.ts';
import { bearerOf, isRoleFresh, openSession, type PageSession } from '../http/page-session.ts';
import type { Refusals } from '../http/refusals.ts';
import { senderOf } from '../http/sender-address.ts';
import { parseJson } from '../lib/bounded-json.ts';
import type { Clock } from '../lib/clock.ts';
import { noteBy } from '../portals/audit.ts';
import type { Cells } from '../portals/cells/cells.ts';
import { LivesElsewhere, refuseMoving } from '../portals/cells/lives-elsewhere.ts';
import { findPortal } from '../store/tenants/portals.ts';
import { failureOf, notAllowed, sessionOver, tooMany, unknownAddress, unreadable } from './api-errors.ts';
import type { Caller, Endpoint, FileAnswer } from './endpoint.ts';
import { mayCall, roleOf } from './roles.ts';
import type { ApiServices } from './services.ts';

export interface ApiOptions {
  readonly endpoints: readonly Endpoint[];
  readonly services: ApiServices;
  /** Null: there is only this cell. */
  readonly cells: Pick<Cells, 'refuseForeign'> | null;
  readonly bodies: BodyReader;
  readonly refusals: Refusals;
  readonly clock: Pick<Clock, 'monotonicMs' | 'now'>;
}

const usualBodyBytes = 64 * 1024;
const usualFailures = 60;

/** How many calls of one person may be under way at once: a page makes about ten when it opens. Each may hold a connection to the database. */
const maxInFlight = 16;

export function mountApi(options: ApiOptions) {
  const limitFor = createLimits(options.clock);
  const changes = createFailureLimit(changesPerMinute, options.clock, maxInFlight);
  return (router: Router): void => {
    for (const endpoint of options.endpoints) {
      const failures = limitFor(endpoint.failuresPerMinute ?? usualFailures);
      const most = endpoint.callsPerMinute;
      const calls = most === undefined ? null : createCallLimits(most, options.clock);
      const limits = { failures, calls, changes: endpoint.method === 'GET' ? null : changes };
      router.register(endpoint.path, [endpoint.method], (ctx) =>
        answering(options, ctx, endpoint.path, (session) => call(options, ctx, { endpoint, limits, session })),
      );
    }
    router.all('/api/*rest', (ctx) => answering(options, ctx, '/api', () => Promise.reject(unknownAddress())));
  };
}

/**
 * How many changes the administrators of one portal may make together, failed ones included. People at pages never make more; a program that does
 * would fill the database, because each change writes rows and may order work.
 */
const changesPerMinute = 120;

interface CallLimits {
  readonly own: FailureLimit;
  readonly all: FailureLimit;
}

/** All people of a portal together may make so many times the calls of one person; more would use up the requests that its bots need. */
const callsOfPortal = 6;

function createCallLimits(perMinute: number, clock: ApiOptions['clock']): CallLimits {
  return {
    own: createFailureLimit(perMinute, clock, maxInFlight),
    all: createFailureLimit(perMinute * callsOfPortal, clock),
  };
}

/** Endpoints that allow the same number of failures share a limit. */
function createLimits(clock: ApiOptions['clock']) {
  const limits = new Map<number, FailureLimit>();
  return (perMinute: number): FailureLimit => {
    const limit = limits.get(perMinute) ?? createFailureLimit(perMinute, clock, maxInFlight);
    limits.set(perMinute, limit);
    return limit;
  };
}

/**
 * Runs the work of one request with its session, and answers the errors it throws; otherwise the work itself sets the answer.
 *
 * @param route logged instead of the address, whose parameters may hold anything
 */
async function answering(
  options: ApiOptions,
  ctx: Context,
  route: string,
  work: (session: PageSession) => Promise<void>,
): Promise<void> {
  let language: Language = 'en';
  try {
    const session = openSession(
      options.services.sealer,
      bearerOf(ctx.get('Authorization')),
      options.clock.now().getTime(),
    );
    if (session === null) throw sessionOver();
    language = session.language;
    options.bodies.markKnown(ctx);
    await work(session);
    ctx.status = 200;
  } catch (thrown) {
    // The request is passed on to its cell: nothing of it was answered or read yet.
    if (thrown instanceof LivesElsewhere) throw thrown;
    const { status, answer } = failureOf(thrown, language, options.services.brains);
    options.refusals.note({ sender: senderOf(ctx), status, path: route, thrown });
    ctx.status = status;
    ctx.body = answer;
    if (status === 503) ctx.set('Retry-After', '2');
    if (status === 429) ctx.set('Retry-After', '60');
    // A body that is not read to its end must not keep the connection open.
    if (!ctx.req.complete) ctx.set('Connection', 'close');
  }
}

interface Call {
  readonly endpoint: Endpoint;
  readonly limits: {
    readonly failures: FailureLimit;
    readonly changes: FailureLimit | null;
    readonly calls: CallLimits | null;
  };
  readonly session: PageSession;
}

/** Failures and changes count against the limits; if an endpoint asks the portal or a service, every call does. */
async function call(options: ApiOptions, ctx: Context, given: Call): Promise<void> {
  const { session, limits } = given;
  const attempt = limits.failures.begin(personOf(session));
  if (attempt === null) throw tooMany();
  let hasFailed = false;
  try {
    await run(options, ctx, given);
  } catch (thrown) {
    hasFailed = failureOf(thrown, 'en').status < 500;
    throw thrown;
  } finally {
    attempt.end(hasFailed);
  }
}

/** Runs the work and counts the call, whether or not it fails. */
async function counted<T>(limit: FailureLimit | null, portal: string, work: () => Promise<T>): Promise<T> {
  const attempt = limit?.begin(portal);
  if (attempt === null) throw tooMany();
  try {
    return await work();
  } finally {
    attempt?.end(true);
  }
}

async function run(options: ApiOptions, ctx: Context, given: Call): Promise<void> {
  const { services, clock } = options;
  const { endpoint, limits, session } = given;
  const portal = await findPortal(services.db, session.portal);
  if (portal === null) await options.cells?.refuseForeign(session.portal);
  // A portal that has removed the app has removed its pages.
  if (portal === null || portal.state === 'uninstalled') throw sessionOver();
  refuseMoving(portal);
  const role = roleOf(session, portal.readers);
  if (!mayCall(endpoint.access, role)) throw notAllowed();
  if (needsFreshRole(endpoint) && !isRoleFresh(session, clock.now().getTime())) throw sessionOver();
  const caller: Caller = {
    services,
    session,
    portal,
    role,
    language: session.language,
    now: clock.now(),
    note: noteBy({ userId: session.userId, userName: session.userName }),
  };
  const work = () =>
    counted(limits.changes, changerOf(endpoint, session), () => answer(options, ctx, endpoint, caller));
  const { calls } = limits;
  if (calls === null) await work();
  // The person's own limit comes first, so that a refused call uses up nothing of the other people's.
  else await counted(calls.own, personOf(session), () => counted(calls.all, session.portal, work));
}

const personOf = ({ portal, userId }: PageSession): string => `${portal}\n${userId}`;

/** For changes by administrators, and for files that hold everything. */
function needsFreshRole({ method, access, isFile = false }: Endpoint): boolean {
  return access === 'admin' && (method !== 'GET' || isFile);
}

/** Administrators share one limit; everybody else has a limit of their own, so that they cannot use up that of the administrators. */
function changerOf({ access }: Endpoint, session: PageSession): string {
  return access === 'admin' ? session.portal : personOf(session);
}

async function answer({ bodies }: ApiOptions, ctx: Context, endpoint: Endpoint, caller: Caller): Promise<void> {
  const { schemas, bodyBytes = usualBodyBytes, isFile = false } = endpoint;
  const body = schemas.body === undefined ? undefined : readJson(await bodies.read(ctx, bodyBytes));
  const found = await endpoint.run(caller, { params: ctx['params'], query: firstValues(ctx.query), body });
  ctx.body = isFile ? sendFile(ctx, found as FileAnswer) : found;
}

/** The file is written at the pace of its reader; an error meanwhile breaks it off. */
function sendFile(ctx: Context, { name, text, release }: FileAnswer): Readable {
  ctx.attachment(name);
  ctx.type = 'json';
  const file = Readable.from(text);
  // Koa destroys the file when the response is over, also that of a HEAD request or of a visitor who has left.
  file.once('close', release);
  return file;
}

/** An absent body counts as an empty object. Throws BadInput `api.unreadable`. */
function readJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return parseJson(body);
  } catch {
    // The parser's own message quotes the body.
    throw unreadable();
  }
}
