/**
 * Lanes, the core of the queue. A lane is the FIFO of one dialog's events (queue `inbox`) or actions (queue `outbox`). Its row is
 * the lock, the counter that numbers the rows, and the time at which the lane is due:
 *
 *   seq       number of the last event put in          done      number of the last event finished (dead letters included)
 *   ready_at  when a worker may take it; infinity when nothing waits; the end of the lease while a worker has it
 *   locked_by the claim that has it (`<worker id>:<serial>`); only that claim may finish it. The lanes of a worker that has died are
 *             freed by others at once (`workers.ts`); those of a worker that hangs become free when the lease ends.
 *   destination  the remote that the lane's actions call, derived from the key: claims take turns between portals and destinations (`claim-lanes.ts`)
 *
 * The row is locked before events are inserted, so event numbers follow commit order. Statements that touch several lanes
 * lock them in key order, and inbox lanes before outbox lanes, so that no two transactions wait for each other.
 */
import { isCitus } from '../citus.ts';
import { type Db, query, type SqlPart } from '../database.ts';

export type QueueName = 'inbox' | 'outbox';

export interface LaneId {
  readonly portal: string;
  readonly lane: string;
}

export interface LaneProgress extends LaneId {
  /** The claim under which the lane was worked; it is given back only while that claim holds it. */
  readonly holder: string;
  /** Number of the last row finished now; the old value when none was. */
  readonly done: number;
  /** Delay before the lane may be claimed again; 0 = at once. Ignored when nothing waits. */
  readonly delayMs: number;
  /** True: the delay is not a failure (a rate limit), so the attempt is not counted. */
  readonly isFree?: boolean;
  /** True: the remote throttled us; such delays are counted separately in `throttled`. */
  readonly isThrottled?: boolean;
}

export const laneKey = (portal: string, lane: string): string => `${portal}\n${lane}`;

/**
 * CTEs that release lanes and advance them to `done`. `finished` names the lanes that were still ours, and whether something waits in them. A
 * lane that was not has been claimed by another worker after our lease ended; results computed for it must not be written.
 */
export async function finishing(db: Db, queue: QueueName, progress: readonly LaneProgress[]): Promise<SqlPart> {
  return {
    sql: `progress as (
       select * from unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::float8[], ?::boolean[], ?::boolean[])
         as i(portal, key, holder, done, delay, free, pause) order by portal, key
     ), held as (
       select l.portal, l.key, i.done, i.free, i.pause, now() + i.delay * interval '1 millisecond' as due
       from ${(await isCitus(db)) ? lockedOnCitus(queue) : locked(queue)}
     ), finished as (
       update lane l set
         done = greatest(l.done, h.done),
         attempts = case when h.done > l.done then 0 when h.free then l.attempts - 1 else l.attempts end,
         throttled = case when h.done > l.done then 0 when h.pause then l.throttled + 1 else l.throttled end,
         locked_by = null,
         ready_at = case when l.seq > h.done then h.due else 'infinity' end
       from held h where l.portal = h.portal and l.queue = '${queue}' and l.key = h.key
       returning l.portal, l.key, l.seq > l.done as has_more
     )`,
    values: [
      progress.map((lane) => lane.portal),
      progress.map((lane) => lane.lane),
      progress.map((lane) => lane.holder),
      progress.map((lane) => lane.done),
      progress.map((lane) => lane.delayMs),
      progress.map((lane) => lane.isFree ?? false),
      progress.map((lane) => lane.isThrottled ?? false),
    ],
  };
}

/** The lanes `l` of `progress` that their claims still hold, locked in the order of keys. */
const locked = (queue: QueueName): string =>
  `lane l join progress i on l.portal = i.portal and l.key = i.key
       where l.queue = '${queue}' and l.locked_by = i.holder
       order by l.portal, l.key for update of l`;

/**
 * Each lane is looked up and locked by itself: Citus 13 confuses the columns of a CTE that locks rows of a join. On a plain server this often
 * takes several times as long.
 */
const lockedOnCitus = (queue: QueueName): string =>
  `progress i cross join lateral (
         select l.portal, l.key from lane l
         where l.portal = i.portal and l.queue = '${queue}' and l.key = i.key and l.locked_by = i.holder for update
       ) l`;

/** A lane that was given back. */
export interface FinishedLane {
  readonly portal: string;
  readonly key: string;
  /** Something waits in it, now or after a delay. */
  readonly has_more: boolean;
}

/** A lane and the claim that may have it. */
export type HeldLane = LaneId & Pick<LaneProgress, 'holder'>;

/** Gives lanes back as if the claims had never been made; lanes that they do not hold are left alone. */
export async function returnLanes(db: Db, queue: QueueName, lanes: readonly HeldLane[]): Promise<void> {
  const untouched = { done: 0, delayMs: 0, isFree: true };
  const { sql, values } = await finishing(
    db,
    queue,
    lanes.map(({ portal, lane, holder }) => ({ portal, lane, holder, ...untouched })),
  );
  await query(db, `with ${sql} select 1`, values);
}

/** Extends the leases of lanes that are still being worked on. Returns a predicate that tells which were still held by the claim `holder`. */
export async function renewLanes(
  db: Db,
  queue: QueueName,
  lanes: readonly (LaneId & { readonly holder: string })[],
  leaseSeconds: number,
): Promise<(id: LaneId) => boolean> {
  const result = await query<{ portal: string; key: string }>(
    db,
    `with held as (
       select l.portal, l.key from lane l join unnest(?::text[], ?::text[], ?::text[]) as i(portal, key, holder)
         on l.portal = i.portal and l.key = i.key
       where l.queue = '${queue}' and l.locked_by = i.holder
       order by l.portal, l.key for update of l
     )
     update lane l set ready_at = now() + ? * interval '1 second'
     from held h where l.portal = h.portal and l.queue = '${queue}' and l.key = h.key
     returning l.portal, l.key`,
    [lanes.map((lane) => lane.portal), lanes.map((lane) => lane.lane), lanes.map((lane) => lane.holder), leaseSeconds],
  );
  const held = new Set(result.rows.map((row) => laneKey(row.portal, row.key)));
  return (id) => held.has(laneKey(id.portal, id.lane));
}

/**
 * Makes delayed lanes of a portal due now, because what they waited for has happened; with `beginnings`, only lanes whose key begins so
 * before the first slash. Lanes that a worker holds are left alone.
 */
export async function wakeLanes(
  db: Db,
  queue: QueueName,
  portal: string,
  beginnings?: readonly string[],
): Promise<void> {
  await query(
    db,
    `with paused as (
       select portal, key from lane
       where portal = ? and queue = '${queue}' and ready_at > now() and ready_at < 'infinity' and locked_by is null
         and (?::text[] is null or split_part(key, '/', 1) = any(?))
       order by portal, key for update
     )
     update lane l set ready_at = now() from paused p where l.portal = p.portal and l.queue = '${queue}' and l.key = p.key`,
    [portal, beginnings ?? null, beginnings ?? null],
  );
}

/**
 * What happens to a lane that exists when rows are put in: it gets longer, and where nothing waited it becomes due. Where the new row names
 * a claim, an idle lane goes to that claim at once. An idle lane (`ready_at` infinity) is held by nobody, and the row is locked while that is
 * looked at, so two claims can never get it; a lane that is not idle keeps its time and its holder.
 */
export const extendOnConflict = `on conflict (portal, queue, key) do update set
       seq = lane.seq + excluded.seq,
       ready_at = case when lane.ready_at = 'infinity' then excluded.ready_at else lane.ready_at end,
       locked_by = case when lane.ready_at = 'infinity' then excluded.locked_by else lane.locked_by end,
       attempts = case when lane.ready_at = 'infinity' then lane.attempts + excluded.attempts else lane.attempts end`;

/** A claim of lanes by the statement that puts rows into them (`queue/direct-claims.ts`). */
export interface DirectClaim {
  /** The id of the claim, unique. */
  readonly holder: string;
  readonly leaseSeconds: number;
}

/**
 * Reserves numbers for new rows at the end of lanes and locks those lanes until the transaction ends. Returns a map from lane to the number
 * of its first new row. `delayMs` only matters for a lane in which nothing waits.
 */
export async function extendLanes(
  db: Db,
  queue: QueueName,
  additions: ReadonlyMap<string, LaneId & { readonly count: number; readonly delayMs?: number }>,
): Promise<(id: LaneId) => number> {
  const lanes = [...additions.values()];
  const result = await query<{ portal: string; key: string; seq: string }>(
    db,
    `insert into lane (portal, queue, key, seq, ready_at)
     select portal, '${queue}', key, n, now() + delay * interval '1 millisecond'
     from unnest(?::text[], ?::text[], ?::bigint[], ?::float8[]) as i(portal, key, n, delay)
     order by portal, key
     ${extendOnConflict}
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

/** At most this many lanes are counted, so that measuring a long queue does not add to its load. */
const lanesMeasured = 50_000;

/**
 * How many lanes and rows wait in a queue, and since when the oldest ready lane does. Where more lanes wait than are counted, those that
 * have been ready longest are. For metrics only.
 */
export async function measureQueue(
  db: Db,
  queue: QueueName,
): Promise<{ lanes: number; rows: number; oldestSeconds: number }> {
  const result = await query<{ lanes: string; rows: string | null; oldest: number | null }>(
    db,
    `select count(*) as lanes, sum(seq - done) as rows,
            greatest(0, extract(epoch from now() - min(ready_at)))::float8 as oldest
     from (
       select seq, done, ready_at from lane where queue = '${queue}' and isfinite(ready_at)
       order by ready_at limit ${lanesMeasured}
     ) waiting`,
  );
  const row = result.rows[0];
  return { lanes: Number(row?.lanes ?? 0), rows: Number(row?.rows ?? 0), oldestSeconds: row?.oldest ?? 0 };
}
