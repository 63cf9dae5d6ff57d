/**
 * Stores events like the statement of `acceptAndClaim`, on a server with Citus, which refuses parts of that statement: one statement for each
 * table, in a transaction. Rows are given one by one in VALUES, because Citus sends such an INSERT to the worker as it is. If the INSERT
 * selected from arrays, Citus would first collect the rows at the coordinator.
 */
import { type Db, query, type SqlValue, type Transaction } from '../database.ts';
import { storableText } from '../storable.ts';
import { heldEnding } from './lane-names.ts';
import { type DirectClaim, extendOnConflict, laneKey } from './lanes.ts';
import type { AcceptedRow, NewEvent } from './new-event.ts';

/** A statement has at most 65 535 values. */
const rowsAtOnce = 500;

/** An event, its number among those of the batch, and the lane it is put into. */
interface PlacedEvent {
  readonly n: number;
  readonly event: NewEvent;
  readonly lane: string;
  /** Its portal is being moved to another cell: its lanes are not claimed. */
  readonly isFrozen: boolean;
}

interface LaneEnd {
  readonly seq: number;
  readonly attempts: number | null;
}

/** Returns the rows that the statement of `acceptAndClaim` returns. */
export async function acceptOnCitus(
  trx: Transaction,
  events: readonly NewEvent[],
  claim: DirectClaim | null,
  arePolled: boolean,
): Promise<AcceptedRow[]> {
  const placed = await placeEvents(trx, events, arePolled);
  const fresh = await keepFresh(trx, placed);
  const byLane = Map.groupBy(fresh, ({ event, lane }) => laneKey(event.portal, lane));
  const ends = await extend(trx, [...byLane.values()], claim);
  const numbered = [...byLane].flatMap(([key, own]) => {
    const end = ends.get(key);
    if (end === undefined) throw new Error('a lane was not extended');
    const inOrder = own.toSorted((a, b) => a.n - b.n);
    return inOrder.map((one, index) => ({ ...one, attempts: end.attempts, seq: end.seq - own.length + index + 1 }));
  });
  const at = await storeEvents(trx, numbered);
  return numbered.map(({ n, event: { portal }, lane, seq, attempts }) => ({ n, portal, lane, seq, attempts, at }));
}

/** Returns the events of known portals in the order of their lanes. The database sorts them: all statements lock lanes in its order. */
async function placeEvents(trx: Db, events: readonly NewEvent[], arePolled: boolean): Promise<PlacedEvent[]> {
  const result = await query<{ n: number; lane: string; is_frozen: boolean }>(
    trx,
    `select i.n::int as n, p.move_state is not null as is_frozen,
       case when i.is_of_dialog and p.posted_held_until is not null
           and (p.move_state = 'arriving' or (i.is_posted and p.posted_held_until > now()) or h.key is not null)
         then i.lane || '${heldEnding}' else i.lane end as lane
     from unnest(?::text[], ?::text[], ?::boolean[], ?::boolean[]) with ordinality as i(portal, lane, is_of_dialog, is_posted, n)
     join portal p on p.portal = i.portal
     left join lane h on i.is_of_dialog and p.posted_held_until is not null and h.portal = i.portal and h.queue = 'inbox'
       and h.key = i.lane || '${heldEnding}' and h.ready_at < 'infinity'
     order by p.portal, lane, i.n`,
    [
      events.map(({ portal }) => portal),
      events.map(({ lane }) => lane),
      events.map(({ lane }) => !arePolled && lane.indexOf('/') > 0),
      events.map(({ source }) => source === 'bitrix24'),
    ],
    'accept_places',
  );
  return result.rows.flatMap(({ n, lane, is_frozen: isFrozen }) => {
    const event = events[n - 1];
    return event === undefined ? [] : [{ n, event, lane, isFrozen }];
  });
}

/** Returns the events that had not been stored before, in the same order; of several with one key, the first of the batch. */
async function keepFresh(trx: Db, placed: readonly PlacedEvent[]): Promise<PlacedEvent[]> {
  const keyed = placed.toSorted((a, b) => a.n - b.n).map((one) => [dedupeOf(one.event), one] as const);
  const first = new Map(keyed.toReversed());
  const keys = [...first.keys()].toSorted();
  const stored = await insertRows<{ portal: string; key: string }>(trx, {
    into: 'dedupe (portal, key)',
    row: '(?::text, ?::uuid)',
    values: keys.map((key) => key.split('\n')),
    ending: 'on conflict do nothing returning portal, key',
  });
  const isNew = new Set(stored.map(({ portal, key }) => `${portal}\n${key}`));
  return placed.filter((one) => {
    const key = dedupeOf(one.event);
    return isNew.has(key) && first.get(key) === one;
  });
}

const dedupeOf = ({ portal, dedupeKey }: NewEvent): string => `${portal}\n${dedupeKey}`;

async function extend(
  trx: Db,
  lanes: readonly (readonly PlacedEvent[])[],
  claim: DirectClaim | null,
): Promise<ReadonlyMap<string, LaneEnd>> {
  const { holder, leaseSeconds } = claim ?? { holder: null, leaseSeconds: 0 };
  const rows = await insertRows<{
    portal: string;
    key: string;
    seq: string;
    attempts: number;
    locked_by: string | null;
  }>(trx, {
    into: 'lane (portal, queue, key, seq, ready_at, locked_by, attempts)',
    row: `(?::text, 'inbox', ?::text, ?::bigint, now() + ?::int * interval '1 second', ?::text, ?::int)`,
    values: lanes.flatMap(([one, ...others]) => {
      if (one === undefined) return [];
      const lane = [one.event.portal, one.lane, others.length + 1];
      return [one.isFrozen ? [...lane, 0, null, 0] : [...lane, leaseSeconds, holder, claim === null ? 0 : 1]];
    }),
    ending: `${extendOnConflict} returning portal, key, seq, attempts, locked_by`,
  });
  return new Map(
    rows.map(({ portal, key, seq, attempts, locked_by: lockedBy }) => {
      const isClaimed = holder !== null && lockedBy === holder;
      return [laneKey(portal, key), { seq: Number(seq), attempts: isClaimed ? attempts : null }];
    }),
  );
}

/** Stores the events; returns the time at which all of them count as received. */
async function storeEvents(trx: Db, events: readonly (PlacedEvent & { readonly seq: number })[]): Promise<Date> {
  const rows = await insertRows<{ received_at: Date }>(trx, {
    into: 'inbox (portal, lane, seq, source, connection_id, ingress, trace, subject, body)',
    row: '(?::text, ?::text, ?::bigint, ?::text, ?::uuid, ?::text, ?::text, ?::text, ?::bytea)',
    values: events.map(({ event, lane, seq }) => [
      ...[event.portal, lane, seq, event.source, event.connectionId, event.ingress, event.trace],
      storableText(event.subject),
      event.body,
    ]),
    ending: 'returning received_at',
  });
  if (rows.length !== events.length) throw new Error('not all events were stored');
  return rows[0]?.received_at ?? new Date();
}

async function insertRows<Row>(
  trx: Db,
  insert: {
    readonly into: string;
    readonly row: string;
    readonly values: readonly (readonly SqlValue[])[];
    readonly ending: string;
  },
): Promise<Row[]> {
  const { into, row, values, ending } = insert;
  const returned: Row[] = [];
  for (let from = 0; from < values.length; from += rowsAtOnce) {
    const some = values.slice(from, from + rowsAtOnce);
    const list = some.map(() => row).join(', ');
    returned.push(...(await query<Row>(trx, `insert into ${into} values ${list} ${ending}`, some.flat())).rows);
  }
  return returned;
}
