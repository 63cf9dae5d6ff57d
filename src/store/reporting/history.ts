/** Reads what happened to messages and which rows are dead letters, for the CLI and the pages. The workers never read this. */
import { type Db, query } from '../database.ts';
import { stuckInbox, stuckOutbox } from '../queue/stuck-rows.ts';

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

export const stepColumns = {
  inbox: `portal, lane, seq::int, 'inbox' as queue, trace, source as side, subject as kind, received_at as at, done_at, state,
          outcome, null as remote_id`,
  outbox: `portal, lane, seq::int, 'outbox' as queue, trace, target as side, action->>'type' as kind, created_at as at, done_at, state,
           outcome, remote_id`,
};

/**
 * The steps of every message that a trace id, a message id (the portal's or the sent one's) or a dialog id leads to; the newest 500,
 * in the order of time.
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

/** The trace of the first event about this message that the portal has sent since `since`; undefined when none was stored. */
export async function findTraceSince(
  db: Db,
  event: { readonly portal: string; readonly messageId: string; readonly since: Date },
): Promise<string | undefined> {
  const result = await query<{ trace: string }>(
    db,
    `select trace from inbox where portal = ? and source = 'bitrix24' and received_at >= ? and subject is not distinct from ?
     order by received_at limit 1`,
    [event.portal, event.since, event.messageId === '' ? null : event.messageId],
  );
  return result.rows[0]?.trace;
}

/** Dead letters and actions of unknown fate, which wait for a person's decision; oldest first, at most 200. */
export async function listDeadLetters(db: Db, portal?: string): Promise<Step[]> {
  const where = portal === undefined ? '' : 'and portal = ?';
  const scope = portal === undefined ? [] : [portal];
  const result = await query<Step>(
    db,
    `select ${stepColumns.inbox} from ${stuckInbox} ${where}
     union all
     select ${stepColumns.outbox} from ${stuckOutbox} ${where}
     order by at limit 200`,
    [...scope, ...scope],
  );
  return result.rows;
}

/** At most this many rows are counted per queue: beyond it nobody needs the exact number. */
const deadLettersCounted = 10_000;

/** How many dead letters (and rows of unknown fate) there are in each queue, counted up to 10 000; of one portal, or of all. */
export async function countDeadLetters(
  db: Db,
  portal?: string,
): Promise<{ inbox: number; outbox: number; unknown: number }> {
  const where = portal === undefined ? '' : 'and portal = ?';
  const scope = portal === undefined ? [] : [portal];
  const result = await query<{ inbox: string; outbox: string; unknown: string }>(
    db,
    `with stuck as materialized (
       select state from outbox where state in ('dead_letter', 'unknown') ${where} limit ${deadLettersCounted}
     )
     select (select count(*) from (
              select 1 from inbox_outcome where state = 'dead_letter' ${where} limit ${deadLettersCounted}
            ) dead) as inbox,
            (select count(*) from stuck where state = 'dead_letter') as outbox,
            (select count(*) from stuck where state = 'unknown') as unknown`,
    [...scope, ...scope],
  );
  const row = result.rows[0];
  return { inbox: Number(row?.inbox ?? 0), outbox: Number(row?.outbox ?? 0), unknown: Number(row?.unknown ?? 0) };
}
