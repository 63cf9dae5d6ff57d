/** Sends a request on to another cell, and its answer back; both as they came. */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import type { ProvenClaim } from '../../bitrix24/install/proof.ts';
import { AppError, RemoteUnreachable } from '../../core/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Sealer } from '../../lib/encryption.ts';
import type { HttpClient, HttpRequest, OpenedResponse } from '../../lib/http-client.ts';
import type { Cells } from '../../portals/cells/cells.ts';
import type { Cell } from '../../portals/cells/lives-elsewhere.ts';
import { passBytes } from '../pass-bytes.ts';
import { rememberSender, senderOf } from '../sender-address.ts';
import { headersToForward, headersToPassBack } from './forwarded-headers.ts';
import { openPassport, type Passport, passportHeader, sealPassport } from './passport.ts';

export interface PassOnOptions {
  /** Origin of this cell. */
  readonly publicUrl: string;
  readonly cells: Cells;
  readonly sealer: Sealer;
  readonly http: Pick<HttpClient, 'open'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Proving an installation may wait 20 s for its turn, take 8 s, and ask the portal for some seconds more; a file of all data of a portal takes longer. */
const timeoutMs = 40_000;
const fileTimeoutMs = 600_000;
const maxAnswerBytes = 1024 * 1024 * 1024;

/** How many requests may be under way to one cell: a cell that hangs ties up no more of this process, and no requests to other cells. */
const maxUnderWay = 300;

const passports = new WeakMap<IncomingMessage, Passport>();

/** Reads the passport of a request that another cell sends on. A passport that is not valid is ignored. */
export function admitForwarded({ cells, sealer, clock }: PassOnOptions, ctx: Context): void {
  const header = ctx.get(passportHeader);
  if (header === '') return;
  const passport = openPassport(sealer, header, cells.own, clock.now().getTime());
  if (passport === null) return;
  passports.set(ctx.req, passport);
  rememberSender(ctx.req, passport.sender);
}

/**
 * Whether another cell has sent this request on; if so, it stays here. Even a passport that is not valid here counts, so that cells whose addresses
 * or secrets are mixed up send nothing in a circle. A sender that forges the header only keeps its own request from being sent on.
 */
export function isForwarded(ctx: Pick<Context, 'get'>): boolean {
  return ctx.get(passportHeader) !== '';
}

/** Whether the cell that has sent this request on has proven to be one of ours. */
export function isOfOurCells(ctx: Pick<Context, 'req'>): boolean {
  return passports.has(ctx.req);
}

/** The installation that another cell of ours has proven before it sent this request on; null for every other request. */
export function provenElsewhere(ctx: Pick<Context, 'req'>): ProvenClaim | null {
  return passports.get(ctx.req)?.proven ?? null;
}

export interface Destination {
  readonly cell: Cell;
  readonly proven: ProvenClaim | null;
  /** Null: the request has none. */
  readonly body: Buffer | null;
  readonly signal: AbortSignal;
}

/** Returns the answer of the other cell, whose body is still coming in. */
export type PassOn = (ctx: Context, destination: Destination) => Promise<OpenedResponse>;

/** Throws RemoteUnreachable `cells.unreachable`, `cells.busy` or `cells.sender_left`. */
export function createPassOn(options: PassOnOptions): PassOn {
  const underWay = new Map<string, number>();
  const add = (cell: string, more: 1 | -1): void => void underWay.set(cell, (underWay.get(cell) ?? 0) + more);
  return async (ctx, { cell, proven, body, signal }) => {
    if (ctx.res.closed) throw unreachable('cells.sender_left', 'the sender of the request has left');
    if ((underWay.get(cell.name) ?? 0) >= maxUnderWay) {
      throw unreachable('cells.busy', `too many requests are being forwarded to ${cell.name}`);
    }
    const { cells, sealer, clock } = options;
    const passport = { from: cells.own, to: cell.name, sender: senderOf(ctx), proven };
    add(cell.name, 1);
    ctx.res.once('close', () => add(cell.name, -1));
    try {
      return await options.http.open({
        method: ctx.method as HttpRequest['method'],
        url: addressIn(cell, ctx.req.url ?? '/'),
        headers: {
          ...headersToForward(ctx.headers, { own: options.publicUrl, other: cell.url }),
          [passportHeader]: sealPassport(sealer, passport, clock.now().getTime()),
        },
        ...(body === null ? {} : { body }),
        timeoutMs: ctx.method === 'GET' ? fileTimeoutMs : timeoutMs,
        idleMs: timeoutMs,
        maxResponseBytes: maxAnswerBytes,
        signal,
      });
    } catch (error) {
      // If a request does not reach the other cell, that is not its sender's fault.
      if (!(error instanceof AppError)) throw error;
      throw unreachable('cells.unreachable', `the cell ${cell.name} does not answer (${error.code})`, error);
    }
  };
}

/** The same path and query at the other cell. The parts are set one by one, because a text that begins with two slashes would name another host. */
function addressIn(cell: Cell, asked: string): URL {
  const given = URL.parse(asked, 'http://any');
  const address = new URL(cell.url);
  address.pathname = given?.pathname ?? '/';
  address.search = given?.search ?? '';
  return address;
}

export function unreachable(code: string, message: string, cause?: unknown): RemoteUnreachable {
  return new RemoteUnreachable({ code, message, cause });
}

/** Aborts when the sender of the request has left. */
export function untilLeft(ctx: Context): AbortSignal {
  const leaving = new AbortController();
  ctx.res.once('close', () => leaving.abort());
  return leaving.signal;
}

export async function passBack(
  ctx: Context,
  { status, headers, body }: OpenedResponse,
  signal: AbortSignal,
): Promise<void> {
  ctx.respond = false;
  ctx.res.statusCode = status;
  for (const name of ctx.res.getHeaderNames()) if (name !== 'connection') ctx.res.removeHeader(name);
  for (const [name, value] of headersToPassBack(headers)) ctx.res.setHeader(name, value);
  await passBytes(body, ctx.res, signal);
}
