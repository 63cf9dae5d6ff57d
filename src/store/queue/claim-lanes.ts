/**
 * Takes lanes that are ready, with their oldest rows, in one round trip. Claims take turns between destinations (a portal's chats, one
 * bot's brain, a portal's set-up): first the longest-waiting lane of each, then each one's second, and so on, so that a portal with
 * 100 000 ready lanes does not delay a portal with one.
 */
import { type Db, query } from '../database.ts';
import { type LaneId, laneKey, type QueueName } from './lanes.ts';

/** The remote that a lane's actions call: the portal and the `destination` column of the lane. */
export interface Destination {
  readonly portal: string;
  readonly destination: string;
}

export interface ClaimedLane<Row> extends LaneId {
  /** The id of this claim; needed to finish the lane or to renew its lease. */
  readonly holder: string;
  readonly destination: string;
  /** Claims since the head last moved, this one included. Above 1: the last try failed or its worker died. */
  readonly attempts: number;
  /** How often the remote has throttled us since the head last moved. */
  readonly throttled: number;
  /** Waiting rows, oldest first; never empty. */
  readonly rows: readonly Row[];
}

/** A waiting row as the claim reads it; each queue adds its own columns. */
export interface LaneRow {
  readonly portal: string;
  readonly lane: string;
  readonly seq: number;
}

/** How many lanes of a destination a claim may take. */
export interface Allowance extends Destination {
  readonly lanes: number;
  /** The destination has answered lately: its lanes do not count as `unproven`. */
  readonly isProven: boolean;
}

export interface ClaimOptions {
  readonly queue: QueueName;
  /** Columns of the queue's table to read beside `portal, lane, seq`, as SQL over the alias `b`. */
  readonly columns: string;
  /** Rows of a lane are taken while the rows before them have less than `bytes` in all. `size`: SQL over alias `b`. Null: all rows are bounded. */
  readonly perLane: { readonly size: string; readonly bytes: number } | null;
  /** Unique to this claim. */
  readonly holder: string;
  readonly lanes: number;
  /** At most this many of them belong to destinations that no allowance calls proven. */
  readonly unproven: number;
  /** Rows in all; divided over the lanes found, so that a few hot lanes drain as quickly as many. */
  readonly rows: number;
  /** At most this many rows of one lane. */
  readonly rowsPerLane: number;
  readonly leaseSeconds: number;
  /** Lanes of a destination that `allowances` does not name. */
  readonly perDestination: number;
  readonly allowances: readonly Allowance[];
  /**
   * False: chooses among the lanes that have been ready longest, four times as many as are wanted. True: reads every destination that has
   * waiting lanes, at about 10 µs each; needed where the longest waiting lanes all belong to a few destinations.
   */
  readonly everyDestination: boolean;
}

export interface Claim<Row> {
  readonly lanes: ClaimedLane<Row>[];
  /** There were more ready lanes than were read: the next claim should read every destination. */
  readonly isCrowded: boolean;
  /** More lanes were ready than were taken. */
  readonly hasLeft: boolean;
}

/**
 * Whether a claim could find anything, at a hundredth of a claim's cost, most of which is planning. A worker that nobody has woken asks this
 * before it claims.
 */
export async function hasReadyLanes(db: Db, queue: QueueName): Promise<boolean> {
  const result = await query(
    db,
    `select from lane where queue = '${queue}' and ready_at <= now() and isfinite(ready_at) order by ready_at limit 1`,
    [],
    `ready_${queue}`,
  );
  return result.rowCount > 0;
}

/**
 * A lane that failed before is claimed with its first row only, so that a row that kills its worker can be identified. Lanes of a portal that
 * is being moved to another cell are not claimed. May run in any number of processes at once. The claim commits without waiting for the disk:
 * losing it in a crash only means that the lanes are ready again.
 */
export async function claimLanes<Row extends LaneRow>(db: Db, options: ClaimOptions): Promise<Claim<Row>> {
  const { queue, lanes, allowances, perDestination } = options;
  const seen = options.everyDestination ? fromEveryDestination(options) : fromTheLongestReady(options);
  const result = await query<(Row & LaneColumns & { seen_lanes: number }) | { seen_lanes: number; lane: null }>(
    db,
    `with recursive quick as (select set_config('synchronous_commit', 'off', true)),
     allowance as (
       select * from unnest(?::text[], ?::text[], ?::int[], ?::boolean[]) as a(portal, destination, lanes, is_proven)
     ), ${seen.sql}, ranked as (
       select s.portal, s.key, s.ready_at, coalesce(a.lanes, ?::int) as allowed,
              coalesce(a.is_proven, false) as is_proven,
              row_number() over (partition by s.portal, s.destination order by s.ready_at) as turn
       from seen s left join allowance a on a.portal = s.portal and a.destination = s.destination
       where not exists (select from portal m where m.portal = s.portal and m.move_state is not null)
     ), admitted as (
       select *, count(*) filter (where not is_proven) over (order by turn, ready_at, portal, key) as unproven
       from ranked where turn <= allowed
     ), chosen as (
       select portal, key from admitted where is_proven or unproven <= ? order by turn, ready_at limit ?
     ), picked as (
       select l.portal, l.key from lane l join chosen c on c.portal = l.portal and c.key = l.key, quick
       where l.queue = '${queue}' and l.ready_at <= now() for update of l skip locked
     ), claimed as (
       update lane l set locked_by = ?, attempts = l.attempts + 1, ready_at = now() + ? * interval '1 second'
       from picked p where l.portal = p.portal and l.queue = '${queue}' and l.key = p.key
       returning l.portal, l.key, l.destination, l.done, l.attempts, l.throttled
     ), share as materialized (
       select least(?, greatest(1, ? / greatest(1, count(*))))::int as rows from claimed
     )
     select n.seen_lanes, e.*
     from (select count(*)::int as seen_lanes from seen) n left join (
       select r.*, c.destination as lane_destination, c.attempts as lane_attempts, c.throttled as lane_throttled
       from claimed c cross join share s cross join lateral (
         ${rowsOf(options)}
       ) r
     ) e on true`,
    [
      allowances.map(({ portal }) => portal),
      allowances.map(({ destination }) => destination),
      allowances.map((allowance) => allowance.lanes),
      allowances.map(({ isProven }) => isProven),
      ...seen.values,
      perDestination,
      options.unproven,
      lanes,
      options.holder,
      options.leaseSeconds,
      options.rowsPerLane,
      options.rows,
    ],
  );
  const rows = result.rows.filter((row): row is Row & LaneColumns & { seen_lanes: number } => row.lane !== null);
  const seenLanes = result.rows[0]?.seen_lanes ?? 0;
  const claimed = groupByLane(rows, options.holder);
  const isCrowded = !options.everyDestination && seenLanes >= seenAtOnce(options);
  return { lanes: claimed, isCrowded, hasLeft: seenLanes > claimed.length };
}

/** What each claimed row tells of its lane. */
export interface LaneColumns {
  readonly lane_destination: string;
  readonly lane_attempts: number;
  readonly lane_throttled: number;
  seq: string | number;
}

const seenAtOnce = ({ lanes }: ClaimOptions): number => lanes * 4;

interface Part {
  readonly sql: string;
  readonly values: readonly number[];
}

function fromTheLongestReady(options: ClaimOptions): Part {
  const sql = `seen as materialized (
       select portal, key, destination, ready_at from lane
       where queue = '${options.queue}' and ready_at <= now() and isfinite(ready_at) order by ready_at limit ?
     )`;
  return { sql, values: [seenAtOnce(options)] };
}

/**
 * Walks the index `lane_by_destination` from one destination to the next. Does not say `isfinite`, the condition of the index `lane_ready`: by that
 * index the server would read all waiting lanes again for every destination.
 */
function fromEveryDestination({ queue, lanes, perDestination }: ClaimOptions): Part {
  const waiting = `lane where queue = '${queue}' and ready_at < 'infinity'`;
  const sql = `place(portal, destination) as (
       (select portal, destination from ${waiting} order by portal, destination limit 1)
       union all
       select n.portal, n.destination from place p cross join lateral (
         select portal, destination from ${waiting} and (portal, destination) > (p.portal, p.destination)
         order by portal, destination limit 1
       ) n
     ), seen as materialized (
       select w.* from place p left join allowance a on a.portal = p.portal and a.destination = p.destination
       cross join lateral (
         select portal, key, destination, ready_at from ${waiting}
           and portal = p.portal and destination = p.destination and ready_at <= now()
         order by ready_at limit least(?, coalesce(a.lanes, ?))
       ) w
     )`;
  return { sql, values: [lanes, perDestination] };
}

/** The waiting rows of the lane `c`, at most `s.rows` of them. */
function rowsOf({ queue, columns, perLane }: ClaimOptions): string {
  const bytes =
    perLane === null ? '' : `, sum(${perLane.size}) over (order by b.seq) - (${perLane.size}) as bytes_before`;
  const rows = `select b.portal, b.lane, b.seq, ${columns}${bytes}
           from ${queue} b where b.portal = c.portal and b.lane = c.key and b.seq > c.done
           order by b.seq limit case when c.attempts > 1 then 1 else s.rows end`;
  return perLane === null ? rows : `select * from (${rows}) w where w.bytes_before < ${perLane.bytes}`;
}

/** The nested join returns a lane's rows in order; they are sorted again in case the planner ever chooses otherwise. */
export function groupByLane<Row extends LaneRow>(
  rows: readonly (Row & LaneColumns)[],
  holder: string,
): ClaimedLane<Row>[] {
  const claimed = new Map<string, ClaimedLane<Row> & { readonly rows: Row[] }>();
  for (const row of rows) {
    row.seq = Number(row.seq);
    const key = laneKey(row.portal, row.lane);
    const known = claimed.get(key);
    if (known === undefined) {
      const { portal, lane, lane_destination: destination, lane_attempts: attempts, lane_throttled: throttled } = row;
      claimed.set(key, { portal, lane, holder, destination, attempts, throttled, rows: [row] });
    } else known.rows.push(row);
  }
  for (const { rows: own } of claimed.values()) own.sort((a, b) => a.seq - b.seq);
  return [...claimed.values()];
}
