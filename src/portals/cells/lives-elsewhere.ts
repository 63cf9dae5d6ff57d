/** Thrown where a request concerns a portal that lives in another cell: nothing was done, and the request belongs there. */
import type { ProvenClaim } from '../../bitrix24/install/proof.ts';
import { AppError, RemoteUnreachable } from '../../core/errors.ts';
import type { Db } from '../../store/database.ts';
import { findPortal, type Portal } from '../../store/tenants/portals.ts';

export interface Cell {
  readonly name: string;
  /** Origin of its app. */
  readonly url: string;
}

export class LivesElsewhere extends AppError {
  readonly portal: string;
  readonly cell: Cell;
  /** The installation that was proven here before the portal was placed there: its refresh token may be used up, so it cannot be proven again. */
  readonly proven: ProvenClaim | null;
  /** The body of the request; null: it has not been read. Set by the route that has read it. */
  body: Buffer | null = null;

  constructor(portal: string, cell: Cell, proven: ProvenClaim | null = null) {
    super({ code: 'cells.elsewhere', message: `the portal lives in the cell ${cell.name}` });
    this.portal = portal;
    this.cell = cell;
    this.proven = proven;
  }
}

/** If `work` throws LivesElsewhere, adds the body that was read for it. */
export async function withBody<T>(body: Buffer, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LivesElsewhere) error.body = body;
    throw error;
  }
}

/** Throws LivesElsewhere for a portal that has been moved out of this cell, but whose requests still arrive here. */
export function refuseLeft({ portal, move_state: state, move_to: name, move_url: url }: Portal): void {
  if (state === 'left' && name !== null && url !== null) throw new LivesElsewhere(portal, { name, url });
}

/**
 * For everything that changes a portal on a person's order. Throws like `refuseLeft`, and RemoteUnreachable `portal.moving` (answered 503) while the
 * portal is copied: a change made then would be lost.
 */
export function refuseMoving(portal: Portal): void {
  refuseLeft(portal);
  if (portal.move_state !== null) throw isMoving();
}

/**
 * Like `refuseMoving`, for the end of a change that may have waited for a remote: call it in the transaction that stores the change. What is stored
 * before the portal is frozen is copied, because the move waits for transactions that have begun; what is stored later would be lost.
 */
export async function refuseWhileMoving(db: Db, portal: string): Promise<void> {
  const row = await findPortal(db, portal);
  if (row !== null && row.move_state !== null) throw isMoving();
}

function isMoving(): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'portal.moving',
    message: 'the portal is just being moved to another cell; try again in a minute',
  });
}
