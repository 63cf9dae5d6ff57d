/**
 * Requests to the routes of brains name a connection, a one-time code or an account, and the directory knows none of these. So if this cell does not
 * know it either, it asks the other cells, one after the other, before it does anything; the cell that knows it answers.
 */
import type { Context } from 'koa';
import type { ConnectorHost } from '../../core/brain.ts';
import { AppError, badInput, orProblem } from '../../core/errors.ts';
import type { Cells } from '../../portals/cells/cells.ts';
import { isForwarded, isOfOurCells, type PassOn, passBack, unreachable, untilLeft } from './pass-on.ts';

/** Serves the request with this host, and sets the answer. */
type Serve = (host: ConnectorHost) => Promise<void>;

export interface AskOthers {
  /** Serves the request here, or has it served by the cell that knows what it is about. Throws what `serve` throws, and RemoteUnreachable `cells.*`. */
  serve(ctx: Context, body: Buffer, host: ConnectorHost, serve: Serve): Promise<void>;
}

/** Tells the asking cell that this cell knows what the request is about, so that the answer counts. */
const knownHeader = 'x-bot-bridge-known';

/** Thrown within a handler by the first question whose answer would be "unknown". Not an AppError, because handlers answer those themselves. */
class UnknownHere extends Error {}

export function createAskOthers({ cells, passOn }: { readonly cells: Cells; readonly passOn: PassOn }): AskOthers {
  return {
    async serve(ctx, body, host, serve) {
      try {
        await serve(refusingUnknown(host, () => isOfOurCells(ctx) && ctx.set(knownHeader, '1')));
      } catch (error) {
        if (!(error instanceof UnknownHere)) throw error;
        if (isForwarded(ctx)) throw badInput('cells.unknown_here', 'this cell does not know what it is about', 404);
        if (!(await askOthers(ctx, body))) await serve(host);
      }
    },
  };

  /** False: no other cell knows what the request is about. */
  async function askOthers(ctx: Context, body: Buffer): Promise<boolean> {
    const signal = untilLeft(ctx);
    const own = ctx.method === 'GET' ? null : body;
    let away: AppError | null = null;
    for (const cell of await cells.others()) {
      const answer = await orProblem(() => passOn(ctx, { cell, proven: null, body: own, signal }));
      if (answer instanceof AppError) away = answer;
      else if (answer.headers[knownHeader] === '1') {
        await passBack(ctx, answer, signal);
        return true;
      } else answer.cancel();
    }
    // It may be known to the cell that does not answer; acting as if nobody knew it could register an account twice.
    if (away !== null) throw unreachable(away.code, away.message, away);
    return false;
  }
}

/** Wraps the host: until it has found something once, it throws UnknownHere instead of answering that it found nothing. */
function refusingUnknown(host: ConnectorHost, onKnown: () => void): ConnectorHost {
  let hasKnown = false;
  const orRefuse = async <T>(question: Promise<T | null>): Promise<T | null> => {
    const found = await question;
    if (found === null && !hasKnown) throw new UnknownHere();
    if (found !== null && !hasKnown) {
      hasKnown = true;
      onKnown();
    }
    return found;
  };
  return {
    ...host,
    redeemCode: (code) => orRefuse(host.redeemCode(code)),
    offer: (portal) => orRefuse(host.offer(portal)),
    find: (id) => orRefuse(host.find(id)),
    awaiting: { ...host.awaiting, find: (id) => orRefuse(host.awaiting.find(id)) },
  };
}
