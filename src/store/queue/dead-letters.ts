/** The dead letters of both queues: rows that will not be tried again by themselves. */
import { type Db, query } from '../database.ts';
import { replayEvent } from './inbox.ts';
import type { LaneId, QueueName } from './lanes.ts';
import { replayAction } from './outbox.ts';

/** Where a dead letter is. */
export interface DeadLetterId extends LaneId {
  readonly queue: QueueName;
  readonly seq: number;
}

/** Those of a portal and a queue in the order of arrival. With `unknown`: actions of unknown fate too. */
export async function listDeadLetterIds(
  db: Db,
  portal: string,
  queue: QueueName,
  withUnknown: boolean,
): Promise<readonly DeadLetterId[]> {
  const [table, age] = queue === 'inbox' ? ['inbox_history', 'received_at'] : ['outbox', 'created_at'];
  const states = withUnknown ? ['dead_letter', 'unknown'] : ['dead_letter'];
  const result = await query<{ lane: string; seq: number }>(
    db,
    `select lane, seq::int as seq from ${table} where portal = ? and state = any(?::text[]) order by ${age}, lane, seq`,
    [portal, states],
  );
  return result.rows.map((row) => ({ portal, queue, ...row }));
}

/** Puts it back at the end of its lane. Part of a transaction. False when there is none (any more). */
export async function replayDeadLetter(db: Db, id: DeadLetterId): Promise<boolean> {
  return await (id.queue === 'inbox' ? replayEvent(db, id) : replayAction(db, id));
}

/** Where each queue notes what became of its rows. */
const closingTable = { inbox: 'inbox_outcome', outbox: 'outbox' };

/** Marks it as dropped for good. False when there is none (any more). */
export async function dropDeadLetter(db: Db, id: DeadLetterId): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update ${closingTable[id.queue]} set state = 'dropped', outcome = coalesce(outcome, '') || ' (dropped)'
     where portal = ? and lane = ? and seq = ? and state in ('dead_letter', 'unknown') returning 1`,
    [id.portal, id.lane, id.seq],
  );
  return result.rows.length > 0;
}
