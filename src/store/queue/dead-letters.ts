/** The dead letters of both queues: rows that will not be tried again by themselves. */
import { type Db, query } from '../database.ts';
import { replayEvent } from './inbox.ts';
import type { LaneId, QueueName } from './lanes.ts';
import { replayAction } from './outbox.ts';
import { stuckInbox, stuckOutbox } from './stuck-rows.ts';

/** Where a dead letter is. */
export interface DeadLetterId extends LaneId {
  readonly queue: QueueName;
  readonly seq: number;
}

/** Why rows are dead letters; the list of dead letters is grouped by this. */
export interface StuckReason {
  readonly queue: QueueName;
  readonly state: 'dead_letter' | 'unknown';
  /** Where they come from (inbox) or go to (outbox). */
  readonly side: string;
  /** The stored outcome; empty where there is none. */
  readonly outcome: string;
}

export interface DeadLetterChoice {
  readonly portal: string;
  /** Includes actions of unknown fate. */
  readonly withUnknown: boolean;
  /** Absent: for whatever reason. */
  readonly reason?: StuckReason | undefined;
  /** Absent: all. */
  readonly limit?: number | undefined;
  /** Only those that had failed before this moment, so that those that fail again meanwhile are left out. Absent: all. */
  readonly failedBefore?: Date | undefined;
}

/** The chosen dead letters in the order of arrival, those of the inbox first. */
export async function listDeadLetterIds(db: Db, choice: DeadLetterChoice): Promise<readonly DeadLetterId[]> {
  const { portal, reason, limit = null } = choice;
  const states = choice.withUnknown ? ['dead_letter', 'unknown'] : ['dead_letter'];
  const failedBefore = choice.failedBefore ?? null;
  const wanted = [portal, states, failedBefore, failedBefore];
  const only = reason === undefined ? [null, '', '', ''] : [reason.queue, reason.state, reason.side, reason.outcome];
  const result = await query<{ queue: QueueName; lane: string; seq: number }>(
    db,
    `select queue, lane, seq from (
       select 'inbox' as queue, lane, seq::int as seq, received_at as at, done_at, state, source as side, outcome
       from ${stuckInbox} and portal = ?
       union all
       select 'outbox', lane, seq::int, created_at, done_at, state, target, outcome from ${stuckOutbox} and portal = ?
     ) stuck
     where state = any(?::text[]) and (?::timestamptz is null or coalesce(done_at, at) < ?)
       and (?::text is null or (queue, state, side, coalesce(outcome, '')) = (?, ?, ?, ?))
     order by queue, at, lane, seq limit ?`,
    [portal, ...wanted, only[0] ?? null, ...only, limit],
  );
  return result.rows.map((row) => ({ portal, ...row }));
}

/** Puts a dead letter back at the end of its lane. Part of a transaction. False when it does not exist (any more). */
export async function replayDeadLetter(db: Db, id: DeadLetterId): Promise<boolean> {
  return await (id.queue === 'inbox' ? replayEvent(db, id) : replayAction(db, id));
}

/** Where each queue notes what became of its rows. */
const closingTable = { inbox: 'inbox_outcome', outbox: 'outbox' };

/** Marks them as dropped for good. Returns how many of them there (still) were. */
export async function dropDeadLetters(db: Db, ids: readonly DeadLetterId[]): Promise<number> {
  let dropped = 0;
  for (const [queue, ofQueue] of Map.groupBy(ids, ({ queue }) => queue)) {
    const result = await query<unknown>(
      db,
      `update ${closingTable[queue]} stuck set state = 'dropped', outcome = coalesce(outcome, '') || ' (dropped)'
       from unnest(?::text[], ?::text[], ?::bigint[]) as i(portal, lane, seq)
       where stuck.portal = i.portal and stuck.lane = i.lane and stuck.seq = i.seq and state in ('dead_letter', 'unknown')`,
      [ofQueue.map(({ portal }) => portal), ofQueue.map(({ lane }) => lane), ofQueue.map(({ seq }) => seq)],
    );
    dropped += result.rowCount;
  }
  return dropped;
}
