/** Reads what was not delivered in a portal, by reason and one by one, for the page. The workers never read this. */
import { type Db, query } from '../database.ts';
import type { StuckReason } from '../queue/dead-letters.ts';
import { dialogOf } from '../queue/lane-names.ts';
import { stuckInbox, stuckOutbox } from '../queue/stuck-rows.ts';

export interface StuckGroup extends StuckReason {
  readonly count: number;
  readonly oldest: Date;
  readonly newest: Date;
}

/** Nobody reads more reasons than this; the rest is left out. */
const groupsShown = 100;

/** What is read of all dead letters, to choose a page; texts are read only for the page. */
const stuck = `
  select 'inbox' as queue, portal, lane, seq::int as seq, source as side, trace, received_at as at, state, coalesce(outcome, '') as outcome
  from ${stuckInbox} and portal = ?
  union all
  select 'outbox', portal, lane, seq::int, target, trace, created_at, state, coalesce(outcome, '') from ${stuckOutbox} and portal = ?`;

/** The reasons there are, the most frequent first. */
export async function groupUndelivered(db: Db, portal: string): Promise<StuckGroup[]> {
  const result = await query<StuckGroup>(
    db,
    `select queue, state, side, outcome, count(*)::int as count, min(at) as oldest, max(at) as newest
     from (${stuck}) stuck
     group by queue, state, side, outcome order by count(*) desc, queue, side, outcome limit ${groupsShown}`,
    [portal, portal],
  );
  return result.rows;
}

export interface StuckRow {
  readonly queue: StuckReason['queue'];
  readonly lane: string;
  readonly seq: number;
  readonly side: string;
  readonly kind: string | null;
  readonly trace: string;
  readonly at: Date;
  readonly state: StuckReason['state'];
  readonly outcome: string;
  /** The beginning of its text; null if it has none, or if the text is not stored as such. */
  readonly text: string | null;
  readonly botCode: string;
  readonly dialogId: string;
  /** The person in the dialog; empty if none is known. */
  readonly person: string;
  readonly title: string;
  readonly place: StuckPlace;
}

/** The row a page ended with. The moment is a text, because a Date has no microseconds. */
export type StuckPlace = readonly [at: string, queue: string, lane: string, seq: number];

/** Lists dead letters, the newest first. @param reason null: for whatever reason */
export async function listUndelivered(
  db: Db,
  portal: string,
  reason: StuckReason | null,
  { after, limit }: { readonly after: StuckPlace | null; readonly limit: number },
): Promise<StuckRow[]> {
  const only = reason === null ? ['', '', '', ''] : [reason.queue, reason.state, reason.side, reason.outcome];
  const place = after ?? ['infinity', '', '', 0];
  const result = await query<Omit<StuckRow, 'botCode' | 'dialogId' | 'person' | 'title'>>(
    db,
    `select page.*, json_build_array(page.at::text, page.queue, page.lane, page.seq) as place, said.kind, said.text
     from (
       select * from (${stuck}) stuck
       where (? or (queue, state, side, outcome) = (?, ?, ?, ?)) and (at, queue, lane, seq) < (?::timestamptz, ?, ?, ?)
       order by at desc, queue desc, lane desc, seq desc limit ?
     ) page
     left join lateral (
       select subject as kind, null as text from inbox i
       where page.queue = 'inbox' and i.portal = page.portal and i.lane = page.lane and i.seq = page.seq
       union all
       select action->>'type', left(action->>'text', 300) from outbox o
       where page.queue = 'outbox' and o.portal = page.portal and o.lane = page.lane and o.seq = page.seq
     ) said on true
     order by page.at desc, page.queue desc, page.lane desc, page.seq desc`,
    [portal, portal, reason === null, ...only, ...place, limit],
  );
  return await withNames(db, portal, result.rows);
}

async function withNames(
  db: Db,
  portal: string,
  rows: readonly Omit<StuckRow, 'botCode' | 'dialogId' | 'person' | 'title'>[],
): Promise<StuckRow[]> {
  const placed = rows.map((row) => ({ ...row, ...dialogOf(row.lane.replace(/>.*$/, '')) }));
  const result = await query<{ bot_code: string; dialog_id: string; person: string; title: string }>(
    db,
    `select c.bot_code, c.dialog_id, c.person, c.title
     from conversation c join unnest(?::text[], ?::text[]) as i(bot_code, dialog_id) using (bot_code, dialog_id)
     where c.portal = ?`,
    [placed.map(({ botCode }) => botCode), placed.map(({ dialogId }) => dialogId), portal],
  );
  const names = new Map(result.rows.map((row) => [`${row.bot_code}/${row.dialog_id}`, row]));
  return placed.map((row) => {
    const { person = '', title = '' } = names.get(`${row.botCode}/${row.dialogId}`) ?? {};
    return { ...row, person, title };
  });
}
