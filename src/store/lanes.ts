/**
 * The lanes: the heart of the queue. A lane is one dialog's line of events (box `inbox`) or of actions (box `outbox`). Its row is
 * at once the lock, the counter that numbers the events, and the alarm clock:
 *
 *   seq       number of the last event put in          done      number of the last event finished (parked ones included)
 *   ready_at  when a worker may take it; infinity when nothing waits; the end of the lease while a worker has it
 *   locked_by who has it; only that one may finish it. A dead worker's lane becomes ready when its lease ends.
 *
 * The row is locked before events are inserted, so event numbers follow commit order. Statements that touch several lanes
 * lock them in key order, and inbox lanes before outbox lanes, so that no two transactions wait for each other.
 */
import { type Db, query } from './database.ts';

export type Box = 'inbox' | 'outbox';

export interface LaneId {
  readonly portal: string;
  readonly lane: string;
}

export interface ClaimedLane<Row> extends LaneId {
  /** Claims since the head last moved, this one included. Above 1: the last try failed or its worker died. */
  readonly attempts: number;
  /** Pauses its far side has asked for since the head last moved. */
  readonly pauses: number;
  /** Waiting rows, oldest first; never empty. */
  readonly rows: readonly Row[];
}

/** A waiting row as the claim reads it; each box adds its own columns. */
export interface LaneRow {
  readonly portal: string;
  readonly lane: string;
  readonly seq: number;
}

export interface ClaimOptions {
  readonly box: Box;
  readonly owner: string;
  readonly lanes: number;
  /** Rows in all; divided over the lanes found, so that a few hot lanes drain as quickly as many. */
  readonly rows: number;
  /** At most this many rows of one lane. */
  readonly rowsPerLane: number;
  readonly leaseSeconds: number;
}

/**
 * Takes the lanes that have been ready longest, with their oldest rows, in one round trip. A lane that failed before comes with
 * its head alone, so that a row that kills its worker is found out. May run in any number of processes at once.
 *
 * The claim commits without waiting for the disk: losing it in a crash only means that the lanes are ready again.
 */
export async function claimLanes<Row extends LaneRow>(db: Db, options: ClaimOptions): Promise<ClaimedLane<Row>[]> {
  const { box, owner, lanes, rows, rowsPerLane, leaseSeconds } = options;
  const result = await query<Row & LaneColumns>(
    db,
    `with quick as (select set_config('synchronous_commit', 'off', true)),
     picked as (
       select portal, key from lane, quick
       where box = '${box}' and ready_at <= now()
       order by ready_at limit ? for update of lane skip locked
     ), claimed as (
       update lane l set locked_by = ?, attempts = l.attempts + 1, ready_at = now() + ? * interval '1 second'
       from picked p where l.portal = p.portal and l.box = '${box}' and l.key = p.key
       returning l.portal, l.key, l.done, l.attempts, l.pauses
     ), share as (
       select least(?, greatest(1, ? / greatest(1, count(*))))::int as rows from claimed
     )
     select e.*, c.attempts as lane_attempts, c.pauses as lane_pauses
     from claimed c cross join share s cross join lateral (
       select * from ${box} where portal = c.portal and lane = c.key and seq > c.done
       order by seq limit case when c.attempts > 1 then 1 else s.rows end
     ) e`,
    [lanes, owner, leaseSeconds, rowsPerLane, rows],
  );
  return groupByLane(result.rows);
}

interface LaneColumns {
  readonly lane_attempts: number;
  readonly lane_pauses: number;
  seq: string | number;
}

/** The join is nested, so a lane's rows arrive one after the other and in order; should that ever change, they are sorted all the same. */
function groupByLane<Row extends LaneRow>(rows: readonly (Row & LaneColumns)[]): ClaimedLane<Row>[] {
  const claimed = new Map<string, ClaimedLane<Row> & { readonly rows: Row[] }>();
  for (const row of rows) {
    row.seq = Number(row.seq);
    const key = laneKey(row.portal, row.lane);
    const known = claimed.get(key);
    if (known === undefined) {
      const { portal, lane, lane_attempts: attempts, lane_pauses: pauses } = row;
      claimed.set(key, { portal, lane, attempts, pauses, rows: [row] });
    } else known.rows.push(row);
  }
  for (const { rows: own } of claimed.values()) own.sort((a, b) => a.seq - b.seq);
  return [...claimed.values()];
}

export interface LaneProgress extends LaneId {
  /** Number of the last row finished now; the old value when none was. */
  readonly done: number;
  /** Pause before the lane may be taken again; 0 = at once. Ignored when nothing waits. */
  readonly delayMs: number;
  /** True: the pause is nobody's failure (a rate limit), so the attempt is not counted. */
  readonly isFree?: boolean;
  /** True: the far side asked for this pause; such pauses are counted by themselves. */
  readonly isPause?: boolean;
}

const laneKey = (portal: string, lane: string): string => `${portal}\n${lane}`;

/**
 * Gives lanes back, moved on to `done`. Returns a test that tells which lanes were still ours; a lane that is not has been taken
 * over by another worker after our lease ended, and nothing worked out for it may be written.
 */
export async function finishLanes(
  db: Db,
  box: Box,
  owner: string,
  progress: readonly LaneProgress[],
): Promise<(id: LaneId) => boolean> {
  const result = await query<{ portal: string; key: string }>(
    db,
    `with input as (
       select * from unnest(?::text[], ?::text[], ?::bigint[], ?::float8[], ?::boolean[], ?::boolean[])
         as i(portal, key, done, delay, free, pause)
     ), held as (
       select l.portal, l.key, i.done, i.delay, i.free, i.pause
       from lane l join input i on l.portal = i.portal and l.key = i.key
       where l.box = '${box}' and l.locked_by = ?
       order by l.portal, l.key for update of l
     )
     update lane l set
       done = greatest(l.done, h.done),
       attempts = case when h.done > l.done then 0 when h.free then l.attempts - 1 else l.attempts end,
       pauses = case when h.done > l.done then 0 when h.pause then l.pauses + 1 else l.pauses end,
       locked_by = null,
       ready_at = case when l.seq > h.done then now() + h.delay * interval '1 millisecond' else 'infinity' end
     from held h where l.portal = h.portal and l.box = '${box}' and l.key = h.key
     returning l.portal, l.key`,
    [
      progress.map((lane) => lane.portal),
      progress.map((lane) => lane.lane),
      progress.map((lane) => lane.done),
      progress.map((lane) => lane.delayMs),
      progress.map((lane) => lane.isFree ?? false),
      progress.map((lane) => lane.isPause ?? false),
      owner,
    ],
  );
  const held = new Set(result.rows.map((row) => laneKey(row.portal, row.key)));
  return (id) => held.has(laneKey(id.portal, id.lane));
}

/** Extends the leases of lanes still being worked. Lanes lost meanwhile are left alone. */
export async function renewLanes(
  db: Db,
  box: Box,
  owner: string,
  lanes: readonly LaneId[],
  leaseSeconds: number,
): Promise<void> {
  await query(
    db,
    `with held as (
       select l.portal, l.key from lane l join unnest(?::text[], ?::text[]) as i(portal, key)
         on l.portal = i.portal and l.key = i.key
       where l.box = '${box}' and l.locked_by = ?
       order by l.portal, l.key for update of l
     )
     update lane l set ready_at = now() + ? * interval '1 second'
     from held h where l.portal = h.portal and l.box = '${box}' and l.key = h.key`,
    [lanes.map((lane) => lane.portal), lanes.map((lane) => lane.lane), owner, leaseSeconds],
  );
}

/**
 * Ends the pauses of a portal's lanes, or of those whose names begin so before the first slash: what they waited for has happened. Lanes in
 * somebody's hands are left alone.
 */
export async function wakeLanes(db: Db, box: Box, portal: string, beginnings?: readonly string[]): Promise<void> {
  await query(
    db,
    `with paused as (
       select portal, key from lane
       where portal = ? and box = '${box}' and ready_at > now() and ready_at < 'infinity' and locked_by is null
         and (?::text[] is null or split_part(key, '/', 1) = any(?))
       order by portal, key for update
     )
     update lane l set ready_at = now() from paused p where l.portal = p.portal and l.box = '${box}' and l.key = p.key`,
    [portal, beginnings ?? null, beginnings ?? null],
  );
}

/**
 * Makes room for rows at the end of lanes and locks those lanes until the transaction ends. Returns the number of the first new
 * row of each lane, in a lookup. `delayMs` only matters for a lane in which nothing waits.
 */
export async function extendLanes(
  db: Db,
  box: Box,
  additions: ReadonlyMap<string, LaneId & { readonly count: number; readonly delayMs?: number }>,
): Promise<(id: LaneId) => number> {
  const lanes = [...additions.values()];
  const result = await query<{ portal: string; key: string; seq: string }>(
    db,
    `insert into lane (portal, box, key, seq, ready_at)
     select portal, '${box}', key, n, now() + delay * interval '1 millisecond'
     from unnest(?::text[], ?::text[], ?::bigint[], ?::float8[]) as i(portal, key, n, delay)
     order by portal, key
     on conflict (portal, box, key) do update set
       seq = lane.seq + excluded.seq,
       ready_at = case when lane.ready_at = 'infinity' then excluded.ready_at else lane.ready_at end
     returning portal, key, seq`,
    [
      lanes.map((lane) => lane.portal),
      lanes.map((lane) => lane.lane),
      lanes.map((lane) => lane.count),
      lanes.map((lane) => lane.delayMs ?? 0),
    ],
  );
  const next = new Map<string, number>();
  for (const row of result.rows) {
    const key = laneKey(row.portal, row.key);
    next.set(key, Number(row.seq) - (additions.get(key)?.count ?? 0) + 1);
  }
  return (id) => {
    const seq = next.get(laneKey(id.portal, id.lane));
    if (seq === undefined) throw new Error('a lane was asked for that was not extended');
    return seq;
  };
}

/** Groups rows by lane, as `extendLanes` wants them. */
export function countByLane<T extends LaneId & { readonly delayMs?: number }>(
  rows: readonly T[],
): ReadonlyMap<string, LaneId & { readonly count: number; readonly delayMs?: number }> {
  const counted = new Map<string, { portal: string; lane: string; count: number; delayMs: number }>();
  for (const { portal, lane, delayMs } of rows) {
    const key = laneKey(portal, lane);
    const known = counted.get(key);
    if (known === undefined) counted.set(key, { portal, lane, count: 1, delayMs: delayMs ?? 0 });
    else known.count += 1;
  }
  return counted;
}

/** Lanes that are counted: more are only known to be there, so that measuring a long queue does not add to its load. */
const lanesMeasured = 50_000;

/**
 * How many lanes and rows wait in a box, and for how long the oldest ready lane has. Of more lanes than are counted, those that have been
 * ready longest. For metrics, not for decisions.
 */
export async function measureBox(db: Db, box: Box): Promise<{ lanes: number; rows: number; oldestSeconds: number }> {
  const result = await query<{ lanes: string; rows: string | null; oldest: number | null }>(
    db,
    `select count(*) as lanes, sum(seq - done) as rows,
            greatest(0, extract(epoch from now() - min(ready_at)))::float8 as oldest
     from (
       select seq, done, ready_at from lane where box = '${box}' and ready_at < 'infinity'
       order by ready_at limit ${lanesMeasured}
     ) waiting`,
  );
  const row = result.rows[0];
  return { lanes: Number(row?.lanes ?? 0), rows: Number(row?.rows ?? 0), oldestSeconds: row?.oldest ?? 0 };
}
