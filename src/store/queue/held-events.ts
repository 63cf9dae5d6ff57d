/**
 * Events that a portal posts while it changes over from polling. They come after all it kept for polling, the last of which is on its way to
 * the app at that moment. So they are stored beside their dialog's lane, in one whose key ends with `>held`, and are moved into it afterwards:
 *
 *   portal.posted_held_until   null: nothing is held, the usual case.  In the future: held.  In the past: moved, and what comes meanwhile
 *                              queues up behind what has not been moved yet
 *
 * A portal that arrives from another cell holds everything of its dialogs, because what that cell had stored comes first.
 *
 * A hold ends by itself, so that a process that dies during the change holds nothing for long.
 */
import { type Db, inTransaction, type Pool, query } from '../database.ts';
import type { ClaimedLane, LaneRow } from './claim-lanes.ts';
import { heldEnding, laneBehind } from './lane-names.ts';
import { extendLanes, finishing, type LaneId, laneKey } from './lanes.ts';

/** The lane of a new event `i` of a portal `p` that holds events or has held some, as SQL. Only events of dialogs are held. */
export const heldLane = `case
  when strpos(i.lane, '/') > 1 and (p.move_state = 'arriving' or i.source = 'bitrix24' and p.posted_held_until > now() or exists (
    select 1 from lane h
    where h.portal = i.portal and h.queue = 'inbox' and h.key = i.lane || '${heldEnding}' and h.ready_at < 'infinity'
  )) then i.lane || '${heldEnding}' else i.lane end`;

/** The lanes into which events may be put: their own, and those beside them for held events. */
export function lanesOf(events: readonly LaneId[]): readonly LaneId[] {
  return events.flatMap(({ portal, lane }) => [
    { portal, lane },
    { portal, lane: `${lane}${heldEnding}` },
  ]);
}

/** From the commit on, posted events are held, for `seconds` or until `releasePosted`. Repeatable. */
export async function holdPosted(db: Db, portal: string, seconds: number): Promise<void> {
  await query(db, `update portal set posted_held_until = now() + ? * interval '1 second' where portal = ?`, [
    seconds,
    portal,
  ]);
}

/** Ends the hold: held events may be moved and processed from now on. */
export async function releasePosted(db: Db, portal: string): Promise<void> {
  await query(
    db,
    `with released as (
       update portal set posted_held_until = now() where portal = ? and posted_held_until > now()
     ), waiting as (
       select portal, key from lane
       where portal = ? and queue = 'inbox' and key like '%${heldEnding}' and ready_at > now() and ready_at < 'infinity'
         and locked_by is null
       order by portal, key for update
     )
     update lane l set ready_at = now() from waiting w where l.portal = w.portal and l.queue = 'inbox' and l.key = w.key`,
    [portal, portal],
  );
}

/** A portal whose hold ended this long ago is reset to the usual state. */
const forgottenAfterMinutes = 10;

/** Resets portals whose hold ended long ago to the usual state; returns how many. */
export async function forgetHolds(db: Db): Promise<number> {
  const result = await query(
    db,
    `update portal p set posted_held_until = null
     where posted_held_until < now() - interval '${forgottenAfterMinutes} minutes' and not exists (
       select 1 from lane l
       where l.portal = p.portal and l.queue = 'inbox' and l.key like '%${heldEnding}' and l.ready_at < 'infinity'
     )`,
  );
  return result.rowCount;
}

/** How soon a lane of held events is tried again while its portal still holds. */
const againMs = 300;

/**
 * Moves the rows of a claimed lane to the end of their dialog's lane, unless the portal still holds. The lane is given back either way. If
 * another worker has claimed it meanwhile, nothing is moved.
 */
export async function moveHeld(db: Pool, { portal, lane, holder, rows }: ClaimedLane<LaneRow>): Promise<void> {
  const dialog: LaneId = { portal, lane: laneBehind(lane) };
  const first = rows[0]?.seq ?? 1;
  const last = rows.at(-1)?.seq ?? first;
  const isHeld = await isHolding(db, portal);
  await inTransaction(db, async (trx) => {
    const keys = [dialog.lane, lane];
    await query(
      trx,
      `select 1 from lane where portal = ? and queue = 'inbox' and key = any(?::text[]) order by key for update`,
      [portal, keys],
    );
    const progress = {
      portal,
      lane,
      holder,
      done: isHeld ? first - 1 : last,
      delayMs: isHeld ? againMs : 0,
      isFree: true,
    };
    const finish = await finishing(trx, 'inbox', [progress]);
    const finished = await query(trx, `with ${finish.sql} select from finished`, finish.values);
    if (isHeld || finished.rowCount === 0) return;
    const additions = new Map([[laneKey(portal, dialog.lane), { ...dialog, count: last - first + 1 }]]);
    const next = (await extendLanes(trx, 'inbox', additions))(dialog);
    await query(
      trx,
      `with moved as (delete from inbox where portal = ? and lane = ? and seq between ? and ? returning *)
       insert into inbox (portal, lane, seq, source, connection_id, ingress, trace, subject, body, received_at)
       select portal, ?, ? + seq - ?, source, connection_id, ingress, trace, subject, body, received_at from moved`,
      [portal, lane, first, last, dialog.lane, next, first],
    );
  });
}

async function isHolding(db: Db, portal: string): Promise<boolean> {
  const result = await query<unknown>(db, 'select 1 from portal where portal = ? and posted_held_until > now()', [
    portal,
  ]);
  return result.rows.length > 0;
}
