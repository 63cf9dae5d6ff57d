/** Reads what happened to messages and which rows are dead letters, for the CLI and the pages. The workers never read this. */
import { type Db, query } from '../database.ts';

/** One step of a message's way, in the order of time. */
export interface Step {
  readonly portal: string;
  readonly lane: string;
  readonly seq: number;
  readonly queue: 'inbox' | 'outbox';
  readonly trace: string;
  /** Where it came from (`bitrix24`, a brain) or goes to (`portal`, `brain`, `app`). */
  readonly side: string;
  readonly kind: string | null;
  readonly at: Date;
  readonly done_at: Date | null;
  readonly state: string;
  readonly outcome: string | null;
  readonly remote_id: string | null;
}

const stepColumns = {
  inbox: `portal, lane, seq::int, 'inbox' as queue, trace, source as side, subject as kind, received_at as at, done_at, state,
          outcome, null as remote_id`,
  outbox: `portal, lane, seq::int, 'outbox' as queue, trace, target as side, action->>'type' as kind, created_at as at, done_at, state,
           outcome, remote_id`,
};

/**
 * The steps of every message that a trace id, a message id (the portal's or the sent one's) or a dialog id leads to; newest 500, in
 * the order of time.
 */
export async function traceSteps(db: Db, wanted: string, portal?: string): Promise<Step[]> {
  const where = portal === undefined ? '' : 'and portal = ?';
  const scope = portal === undefined ? [] : [portal];
  const dialog = `%/${wanted.replaceAll(/[\\%_]/g, '\\$&')}`;
  const result = await query<Step>(
    db,
    `with traces as (
       select trace from inbox where (trace = ? or subject = ? or lane like ?) ${where}
       union select trace from outbox where (trace = ? or remote_id = ? or dialog_id = ?) ${where}
     ), steps as (
       select ${stepColumns.inbox} from inbox_history where trace in (select trace from traces) ${where}
       union all
       select ${stepColumns.outbox} from outbox where trace in (select trace from traces) ${where}
       order by at desc limit 500
     )
     select * from steps order by at, queue, seq`,
    [wanted, wanted, dialog, ...scope, wanted, wanted, wanted, ...scope, ...scope, ...scope],
  );
  return result.rows;
}

/** Dead letters and sends of unknown fate, which wait for a person's decision; oldest first, at most 200. */
export async function listDeadLetters(db: Db, portal?: string): Promise<Step[]> {
  const where = portal === undefined ? '' : 'and portal = ?';
  const scope = portal === undefined ? [] : [portal];
  const result = await query<Step>(
    db,
    `select ${stepColumns.inbox} from inbox_history where state = 'dead_letter' ${where}
     union all
     select ${stepColumns.outbox} from outbox where state in ('dead_letter', 'unknown') ${where}
     order by at limit 200`,
    [...scope, ...scope],
  );
  return result.rows;
}

/** At most this many rows are counted per queue: beyond it nobody needs the exact number. */
const deadLettersCounted = 10_000;

/** How many dead letters (and rows of unknown fate) there are in each queue, counted up to 10 000. */
export async function countDeadLetters(db: Db): Promise<{ inbox: number; outbox: number; unknown: number }> {
  const result = await query<{ inbox: string; outbox: string; unknown: string }>(
    db,
    `with stuck as materialized (
       select state from outbox where state in ('dead_letter', 'unknown') limit ${deadLettersCounted}
     )
     select (select count(*) from (
              select 1 from inbox_outcome where state = 'dead_letter' limit ${deadLettersCounted}
            ) dead) as inbox,
            (select count(*) from stuck where state = 'dead_letter') as outbox,
            (select count(*) from stuck where state = 'unknown') as unknown`,
  );
  const row = result.rows[0];
  return { inbox: Number(row?.inbox ?? 0), outbox: Number(row?.outbox ?? 0), unknown: Number(row?.unknown ?? 0) };
}

/** The table in which each queue records the outcome of its rows. */
const closingTable = { inbox: 'inbox_outcome', outbox: 'outbox' };

/** Gives a dead letter up for good. False when there is none. */
export async function dropDeadLetter(
  db: Db,
  queue: 'inbox' | 'outbox',
  id: { readonly portal: string; readonly lane: string; readonly seq: number },
): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update ${closingTable[queue]} set state = 'dropped', outcome = coalesce(outcome, '') || ' (dropped)'
     where portal = ? and lane = ? and seq = ? and state in ('dead_letter', 'unknown') returning 1`,
    [id.portal, id.lane, id.seq],
  );
  return result.rows.length > 0;
}
