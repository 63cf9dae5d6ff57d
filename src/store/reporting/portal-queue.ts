/** What waits in one portal. */
import { type Db, query } from '../database.ts';

export interface PortalQueue {
  readonly incoming: number;
  readonly outgoing: number;
  /** How long the oldest row that could be worked on now has waited; 0 when none waits. */
  readonly oldestSeconds: number;
}

/** At most this many lanes are counted. */
const lanesMeasured = 20_000;

/** Timers are not counted, and lanes that wait for their time do not count as delayed. */
export async function measurePortalQueue(db: Db, portal: string): Promise<PortalQueue> {
  const result = await query<{ incoming: string | null; outgoing: string | null; oldest: number | null }>(
    db,
    `select sum(seq - done) filter (where queue = 'inbox') as incoming,
            sum(seq - done) filter (where queue = 'outbox') as outgoing,
            greatest(0, extract(epoch from now() - min(ready_at)))::float8 as oldest
     from (
       select queue, seq, done, ready_at from lane
       where portal = ? and queue in ('inbox', 'outbox') and ready_at < 'infinity' and destination <> 'later'
       limit ${lanesMeasured}
     ) waiting`,
    [portal],
  );
  const row = result.rows[0];
  return {
    incoming: Number(row?.incoming ?? 0),
    outgoing: Number(row?.outgoing ?? 0),
    oldestSeconds: row?.oldest ?? 0,
  };
}

/** How full the portal's bucket of REST requests is now; 0 when nobody has asked lately. */
export async function readBudgetLevel(db: Db, portal: string, bucket: string, perSecond: number): Promise<number> {
  const result = await query<{ level: number }>(
    db,
    `select greatest(0, level - ? * greatest(0, extract(epoch from clock_timestamp() - updated_at)))::float8 as level
     from rate_limit where portal = ? and bucket = ?`,
    [perSecond, portal, bucket],
  );
  return result.rows[0]?.level ?? 0;
}

export async function answersCountedUntil(db: Db): Promise<Date> {
  const result = await query<{ until: Date }>(db, 'select until from answers_counted');
  return result.rows[0]?.until ?? new Date(0);
}
