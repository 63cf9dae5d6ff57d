/** The inbox: every event as it was received, kept from its acceptance until its retention ends. */

import type { IngressKind } from '../../core/connector.ts';
import { type Db, query } from '../database.ts';
import { storableText } from '../storable.ts';
import { type Claim, type ClaimOptions, claimLanes, type LaneRow } from './claim-lanes.ts';
import { countByLane, extendLanes, type LaneId } from './lanes.ts';

/** An event to be stored. */
export interface NewEvent extends LaneId {
  /** Lower-case UUID derived from what identifies the event; a second event with the same key is not stored. */
  readonly dedupeKey: string;
  /** `bitrix24`, the name of a brain, or `bridge` for events the app itself produced. */
  readonly source: string;
  readonly connectionId: string | null;
  /** How it came through the connection; null exactly where there is none. */
  readonly ingress: IngressKind | null;
  /** Follows the message through every step, for logs and `trace`. */
  readonly trace: string;
  /** The message id the event is about, so that people can find it. */
  readonly subject: string | null;
  readonly body: Buffer;
}

export interface InboxRow extends LaneRow {
  readonly source: string;
  readonly connection_id: string | null;
  readonly ingress: IngressKind | null;
  readonly trace: string;
  readonly body: Buffer;
  readonly received_at: Date;
}

/** A claimed row; a large body is read only when it is worked on (`readBody`). */
export type ClaimedEvent = Omit<InboxRow, 'body'> & {
  readonly body: Buffer | null;
  readonly body_bytes: number;
};

/**
 * Stores a batch of events in one statement: duplicates are dropped, lanes locked and extended, rows written. All bodies travel as
 * one binary parameter and are cut apart by the server, because a `bytea[]` parameter would be sent as text at twice the size.
 * Events of unknown portals (erased a moment ago) are not stored. Returns for each event, in order, whether it was stored as a new one. The batch is stored as a whole or not at all.
 */
export async function acceptEvents(db: Db, events: readonly NewEvent[]): Promise<boolean[]> {
  const offsets: number[] = [];
  let offset = 1;
  for (const event of events) {
    offsets.push(offset);
    offset += event.body.length;
  }
  const result = await query<{ n: string }>(
    db,
    `with input as (
       select * from unnest(?::text[], ?::text[], ?::uuid[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::int[], ?::int[])
       with ordinality as i(portal, lane, dedupe, source, connection_id, ingress, trace, subject, start, length, n)
       where exists (select 1 from portal p where p.portal = i.portal)
     ), fresh as (
       insert into dedupe (portal, key) select distinct portal, dedupe from input order by portal, dedupe
       on conflict do nothing returning portal, key
     ), accepted as (
       select distinct on (i.portal, i.dedupe) i.* from input i join fresh f on f.portal = i.portal and f.key = i.dedupe
       order by i.portal, i.dedupe, i.n
     ), touched as (
       insert into lane (portal, queue, key, seq, ready_at)
       select portal, 'inbox', lane, count(*), now() from accepted group by portal, lane order by portal, lane
       on conflict (portal, queue, key) do update set
         seq = lane.seq + excluded.seq,
         ready_at = case when lane.ready_at = 'infinity' then excluded.ready_at else lane.ready_at end
       returning portal, key, seq
     ), numbered as materialized (
       select a.*, count(*) over (partition by portal, lane) as total,
              row_number() over (partition by portal, lane order by n) as place
       from accepted a
     ), stored as (
       insert into inbox (portal, lane, seq, source, connection_id, ingress, trace, subject, body)
       select n.portal, n.lane, t.seq - n.total + n.place, n.source, n.connection_id, n.ingress, n.trace, n.subject,
              substring(?::bytea from n.start for n.length)
       from numbered n full join touched t on t.portal = n.portal and t.key = n.lane
     )
     select n from accepted`,
    [
      events.map((event) => event.portal),
      events.map((event) => event.lane),
      events.map((event) => event.dedupeKey),
      events.map((event) => event.source),
      events.map((event) => event.connectionId),
      events.map((event) => event.ingress),
      events.map((event) => event.trace),
      events.map((event) => storableText(event.subject)),
      offsets,
      events.map((event) => event.body.length),
      Buffer.concat(events.map((event) => event.body)),
    ],
    'accept',
  );
  const isNew = events.map(() => false);
  for (const row of result.rows) isNew[Number(row.n) - 1] = true;
  return isNew;
}

/** Bodies up to this size come with the claim; the usual event has 2 to 5 KB. A claim thus holds at most `rows` times this. */
export const claimedBodyBytes = 16 * 1024;

/** Takes waiting inbox lanes; see `claimLanes`. */
export function claimInbox(
  db: Db,
  limits: Omit<ClaimOptions, 'queue' | 'columns' | 'perLane' | 'unproven' | 'perDestination' | 'allowances'>,
): Promise<Claim<ClaimedEvent>> {
  return claimLanes<ClaimedEvent>(db, {
    ...limits,
    queue: 'inbox',
    columns: `b.source, b.connection_id, b.ingress, b.trace, b.received_at, octet_length(b.body) as body_bytes,
              case when octet_length(b.body) <= ${claimedBodyBytes} then b.body end as body`,
    perLane: null,
    unproven: limits.lanes,
    perDestination: limits.lanes,
    allowances: [],
  });
}

/** The body of one stored event. Throws when the row is gone. */
export async function readBody(db: Db, id: LaneRow): Promise<Buffer> {
  const result = await query<{ body: Buffer }>(db, 'select body from inbox where portal = ? and lane = ? and seq = ?', [
    id.portal,
    id.lane,
    id.seq,
  ]);
  const body = result.rows[0]?.body;
  if (body === undefined) throw new Error('the event was erased while it was worked');
  return body;
}

/** The last rows of one source that came into a lane between two moments, both included, and were not forwarded; oldest first. */
export async function readKept(
  db: Db,
  lane: LaneId,
  source: string,
  span: { readonly from: Date; readonly until: Date; readonly limit: number },
): Promise<Pick<InboxRow, 'body' | 'received_at'>[]> {
  const result = await query<Pick<InboxRow, 'body' | 'received_at'>>(
    db,
    // The column has microseconds; the given moments are whole milliseconds.
    `select body, received_at from inbox join inbox_outcome using (portal, lane, seq)
     where portal = ? and lane = ? and source = ? and received_at >= ? and received_at < ?::timestamptz + interval '1 millisecond'
       and state = 'done' and outcome not like '%forwarded%'
     order by seq desc limit ?`,
    [lane.portal, lane.lane, source, span.from, span.until, span.limit],
  );
  return result.rows.reverse();
}

/** Bodies of a portal's last events, newest first, whatever their outcome. */
export async function readLastBodies(db: Db, portal: string, source: string, limit: number): Promise<Buffer[]> {
  const result = await query<Pick<InboxRow, 'body'>>(
    db,
    `select body from inbox where portal = ? and source = ? order by received_at desc limit ?`,
    [portal, source, limit],
  );
  return result.rows.map(({ body }) => body);
}

export interface EventResult extends LaneId {
  readonly seq: number;
  readonly state: 'done' | 'dead_letter' | 'dropped';
  readonly outcome: string;
}

/**
 * Records the outcome of events in a table of its own: the event rows are written once and never updated, so that their bodies need not be
 * written again (decision 0001).
 */
export async function closeEvents(db: Db, results: readonly EventResult[]): Promise<void> {
  await query(
    db,
    `insert into inbox_outcome (portal, lane, seq, state, outcome)
     select * from unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[]) on conflict do nothing`,
    [
      results.map((result) => result.portal),
      results.map((result) => result.lane),
      results.map((result) => result.seq),
      results.map((result) => result.state),
      results.map((result) => storableText(result.outcome)),
    ],
  );
}

/** Puts a dead event back at the end of its lane and marks its row as dropped. False when there is no such dead letter. */
export async function replayEvent(db: Db, id: LaneId & { readonly seq: number }): Promise<boolean> {
  const deadLetters = await query<unknown>(
    db,
    `update inbox_outcome set state = 'dropped', outcome = 'replayed'
     where portal = ? and lane = ? and seq = ? and state = 'dead_letter' returning 1`,
    [id.portal, id.lane, id.seq],
  );
  if (deadLetters.rows.length === 0) return false;
  const next = (await extendLanes(db, 'inbox', countByLane([id])))(id);
  await query(
    db,
    `insert into inbox (portal, lane, seq, source, connection_id, ingress, trace, subject, body, received_at)
     select portal, lane, ?, source, connection_id, ingress, trace, subject, body, received_at from inbox
     where portal = ? and lane = ? and seq = ?`,
    [next, id.portal, id.lane, id.seq],
  );
  return true;
}
