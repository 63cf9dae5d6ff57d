/** The inbox: every event as it was received, kept from its acceptance until its retention ends. */

import type { IngressKind, RawEvent } from '../../core/connector.ts';
import { isCitus } from '../citus.ts';
import { type Db, query, type SqlValue, within } from '../database.ts';
import { storableText } from '../storable.ts';
import { acceptOnCitus } from './accept-on-citus.ts';
import {
  type Claim,
  type ClaimedLane,
  type ClaimOptions,
  claimLanes,
  groupByLane,
  type LaneRow,
} from './claim-lanes.ts';
import { heldLane } from './held-events.ts';
import { countByLane, type DirectClaim, extendLanes, extendOnConflict, type LaneId } from './lanes.ts';
import type { AcceptedRow, NewEvent } from './new-event.ts';

export type { NewEvent } from './new-event.ts';

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
 * Events of unknown portals (erased a moment ago) are not stored. The batch is stored as a whole or not at all. Returns for each event, in
 * order, whether it was stored as a new one.
 *
 * @param arePolled the events were polled, so they are not held (`held-events.ts`)
 */
export async function acceptEvents(db: Db, events: readonly NewEvent[], arePolled = false): Promise<boolean[]> {
  return (await acceptAndClaim(db, events, null, arePolled)).isNew;
}

/** Events that were stored, and the lanes that the storing has claimed. */
export interface AcceptedEvents {
  /** For each event, in order, whether it was stored as a new one. */
  readonly isNew: boolean[];
  /** The lanes in which nothing waited before, if a claim was given, with their new events. */
  readonly claimed: readonly ClaimedLane<ClaimedEvent>[];
}

/**
 * Stores a batch like `acceptEvents`, and claims the lanes in which nothing waited in the same statement: their worker needs no claim
 * of its own and no poll. Lanes in which something waits, or that have a holder, are not claimed (`extendOnConflict`), nor are those of a
 * portal that is being moved.
 */
export async function acceptAndClaim(
  db: Db,
  events: readonly NewEvent[],
  claim: DirectClaim | null,
  arePolled = false,
): Promise<AcceptedEvents> {
  const stored = (await isCitus(db))
    ? await within(db, (trx) => acceptOnCitus(trx, events, claim, arePolled))
    : await acceptAtOnce(db, events, claim, arePolled);
  const isNew = events.map(() => false);
  for (const row of stored) isNew[Number(row.n) - 1] = true;
  return { isNew, claimed: claim === null ? [] : claimedAmong(events, stored, claim.holder) };
}

async function acceptAtOnce(
  db: Db,
  events: readonly NewEvent[],
  claim: DirectClaim | null,
  arePolled: boolean,
): Promise<AcceptedRow[]> {
  const result = await query<AcceptedRow>(
    db,
    `with input as (
       select i.portal, case when p.posted_held_until is null or ? then i.lane else ${heldLane} end as lane,
              i.dedupe, i.source, i.connection_id, i.ingress, i.trace, i.subject, i.start, i.length, i.n,
              p.move_state is not null as is_frozen
       from unnest(?::text[], ?::text[], ?::uuid[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::int[], ?::int[])
       with ordinality as i(portal, lane, dedupe, source, connection_id, ingress, trace, subject, start, length, n)
       join portal p on p.portal = i.portal
     ), fresh as (
       insert into dedupe (portal, key) select distinct portal, dedupe from input order by portal, dedupe
       on conflict do nothing returning portal, key
     ), accepted as (
       select distinct on (i.portal, i.dedupe) i.* from input i join fresh f on f.portal = i.portal and f.key = i.dedupe
       order by i.portal, i.dedupe, i.n
     ), touched as (
       insert into lane (portal, queue, key, seq, ready_at, locked_by, attempts)
       select portal, 'inbox', lane, count(*),
              case when bool_or(is_frozen) then now() else now() + ?::int * interval '1 second' end,
              case when bool_or(is_frozen) then null else ?::text end, case when bool_or(is_frozen) then 0 else ?::int end
       from accepted group by portal, lane order by portal, lane
       ${extendOnConflict}
       returning portal, key, seq, case when locked_by = ?::text then attempts end as attempts
     ), numbered as materialized (
       select a.*, count(*) over (partition by portal, lane) as total,
              row_number() over (partition by portal, lane order by n) as place
       from accepted a
     ), placed as materialized (
       select n.*, t.seq - n.total + n.place as seq, t.attempts
       from numbered n full join touched t on t.portal = n.portal and t.key = n.lane
     ), stored as (
       insert into inbox (portal, lane, seq, source, connection_id, ingress, trace, subject, body)
       select portal, lane, seq, source, connection_id, ingress, trace, subject, substring(?::bytea from start for length) from placed
     )
     select n, portal, lane, seq, attempts, now() as at from placed order by n`,
    [arePolled, ...acceptedValues(events, claim)],
    'accept',
  );
  return result.rows;
}

/** All values of the statement above except the first. The bodies are joined into one value, with the offset and length of each. */
function acceptedValues(events: readonly NewEvent[], claim: DirectClaim | null): SqlValue[] {
  const offsets: number[] = [];
  let offset = 1;
  for (const event of events) {
    offsets.push(offset);
    offset += event.body.length;
  }
  return [
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
    claim?.leaseSeconds ?? 0,
    claim?.holder ?? null,
    claim === null ? 0 : 1,
    claim?.holder ?? null,
    Buffer.concat(events.map((event) => event.body)),
  ];
}

/** The claimed lanes as a claim would have brought them. */
function claimedAmong(
  events: readonly NewEvent[],
  stored: readonly AcceptedRow[],
  holder: string,
): ClaimedLane<ClaimedEvent>[] {
  const rows = stored.flatMap(({ n, seq, attempts, at, portal, lane }) => {
    const event = events[Number(n) - 1];
    if (event === undefined || attempts === null) return [];
    const { source, connectionId, ingress, trace, body } = event;
    const isSmall = body.length <= claimedBodyBytes;
    return [
      {
        ...{ portal, lane, seq: Number(seq), source, connection_id: connectionId, ingress, trace, received_at: at },
        ...{ body: isSmall ? body : null, body_bytes: body.length },
        ...{ lane_destination: '', lane_attempts: attempts, lane_throttled: 0 },
      },
    ];
  });
  return groupByLane(rows, holder);
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

/** Whether one of the last events of the lane is about this message. */
export async function isTold(db: Db, lane: LaneId, subject: string): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `select 1 from (select subject from inbox where portal = ? and lane = ? order by seq desc limit 200) as last
     where subject = ? limit 1`,
    [lane.portal, lane.lane, subject],
  );
  return result.rows.length > 0;
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

/** The largest body that is read back to be compared; longer ones are left out. */
const maxComparedBytes = 256 * 1024;

/** What a connection's remote sent last, the newest first. */
export async function readLastMessages(
  db: Db,
  { portal, connectionId }: { readonly portal: string; readonly connectionId: string },
  limit: number,
): Promise<RawEvent[]> {
  const result = await query<Pick<InboxRow, 'body' | 'ingress' | 'received_at'>>(
    db,
    `select body, ingress, received_at from inbox
     where portal = ? and connection_id = ? and ingress is not null and octet_length(body) <= ?
     order by received_at desc limit ?`,
    [portal, connectionId, maxComparedBytes, limit],
  );
  return result.rows.flatMap(({ body, ingress, received_at: receivedAt }) =>
    ingress === null ? [] : [{ body, ingress, receivedAt }],
  );
}

export interface EventResult extends LaneId {
  readonly seq: number;
  readonly state: 'done' | 'dead_letter' | 'dropped';
  readonly outcome: string;
}

/** Puts a dead letter back at the end of its lane and marks its old row as dropped. False when there is no such dead letter. */
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
    // A CTE of its own: see `oldRow` of the outbox.
    `with old as materialized (select * from inbox where portal = ? and lane = ? and seq = ?)
     insert into inbox (portal, lane, seq, source, connection_id, ingress, trace, subject, body, received_at)
     select portal, lane, ?, source, connection_id, ingress, trace, subject, body, received_at from old`,
    [id.portal, id.lane, id.seq, next],
  );
  return true;
}
