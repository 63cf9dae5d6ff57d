/**
 * Passes a request for a portal of another cell on to that cell, and the answer back, both as they came (docs/scaling.md). A forwarded request is
 * never forwarded again: the cell it came to answers 421 if the portal is not there. If it knows to which cell the portal has moved, it names that
 * cell; otherwise the first cell asks the directory once more.
 */
import type { Context, Next } from 'koa';
import { type BadInput, badInput } from '../../core/errors.ts';
import { LivesElsewhere } from '../../portals/cells/lives-elsewhere.ts';
import type { BodyReader } from '../body-reader.ts';
import {
  admitForwarded,
  isForwarded,
  isOfOurCells,
  type PassOn,
  type PassOnOptions,
  passBack,
  unreachable,
  untilLeft,
} from './pass-on.ts';

export interface ForwardingOptions extends PassOnOptions {
  readonly passOn: PassOn;
  readonly bodies: BodyReader;
}

/** The largest body of any route. */
const maxBodyBytes = 4 * 1024 * 1024;

/** The status by which a cell says that the portal does not live there. */
const movedStatus = 421;

/** Name of the cell that the portal has moved to. The directory learns of a move a moment later than the cell that the portal has left. */
const movedToHeader = 'x-bot-bridge-moved-to';

/** Handles the LivesElsewhere that routes throw. */
export function createForwarding(options: ForwardingOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    admitForwarded(options, ctx);
    try {
      await next();
    } catch (error) {
      if (!(error instanceof LivesElsewhere)) throw error;
      if (isForwarded(ctx)) {
        if (isOfOurCells(ctx)) ctx.set(movedToHeader, error.cell.name);
        throw misdirected(error);
      }
      await forward(options, ctx, error);
    }
  };
}

function misdirected({ portal }: LivesElsewhere): BadInput {
  return badInput('cells.misdirected', `${portal} does not live in this cell`, movedStatus);
}

async function forward(
  { cells, passOn, bodies, publicUrl }: ForwardingOptions,
  ctx: Context,
  given: LivesElsewhere,
): Promise<void> {
  const hasBody = ctx.method !== 'GET' && ctx.method !== 'HEAD';
  const body = hasBody ? (given.body ?? (await bodies.read(ctx, maxBodyBytes))) : null;
  const signal = untilLeft(ctx);
  const { proven } = given;
  const first = await passOn(ctx, { cell: given.cell, proven, body, signal });
  if (first.status !== movedStatus) return await passBack(ctx, first, signal);
  first.cancel();
  // If the portal has moved to this very cell, the request goes to this cell's own address: it was refused here before the move was known.
  const home = await cells.newHome(given.portal, first.headers[movedToHeader] ?? null);
  const cell = home ?? { name: cells.own, url: publicUrl };
  const second = await passOn(ctx, { cell, proven, body, signal });
  if (second.status !== movedStatus) return await passBack(ctx, second, signal);
  second.cancel();
  throw unreachable('cells.moving', 'the portal is just being moved to another cell');
}
