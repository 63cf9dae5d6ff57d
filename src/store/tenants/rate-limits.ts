/** Rate budgets shared by all processes: leaky buckets, one row each. */
import { type Db, query } from '../database.ts';

export interface BudgetRequest {
  readonly portal: string;
  readonly bucket: string;
  readonly wanted: number;
  readonly perSecond: number;
  readonly burst: number;
}

export interface BudgetGrant {
  readonly portal: string;
  readonly bucket: string;
  readonly granted: number;
  /** Milliseconds until the next request fits; 0 when all were granted. */
  readonly waitMs: number;
}

/** Blocks a bucket for this long in all processes, by filling it above its limit. A longer block that exists is kept. */
export async function holdBudget(db: Db, request: Omit<BudgetRequest, 'wanted'>, ms: number): Promise<void> {
  const { portal, bucket, perSecond, burst } = request;
  const brim = burst + (perSecond * ms) / 1000;
  await query(
    db,
    `insert into rate_limit as b (portal, bucket, level, granted, updated_at) values (?, ?, ?, 0, clock_timestamp())
     on conflict (portal, bucket) do update set
       level = greatest(excluded.level, b.level - ? * greatest(0, extract(epoch from clock_timestamp() - b.updated_at))),
       updated_at = clock_timestamp()`,
    [portal, bucket, brim, perSecond],
  );
}

/**
 * Takes up to `wanted` requests out of each bucket: its level drains by `perSecond` and never rises above `burst`. What is not
 * granted is not taken. A bucket may appear once per call.
 */
export async function takeBudget(db: Db, requests: readonly BudgetRequest[]): Promise<BudgetGrant[]> {
  const result = await query<{ portal: string; bucket: string; granted: number; wait: number }>(
    db,
    `with quick as (select set_config('synchronous_commit', 'off', true)),
     input as (
       select * from unnest(?::text[], ?::text[], ?::float8[], ?::float8[], ?::float8[])
         as i(portal, bucket, wanted, per_second, burst), quick
     ), taken as (
       insert into rate_limit (portal, bucket, level, granted, updated_at)
       select portal, bucket, least(wanted, floor(burst)), least(wanted, floor(burst)), clock_timestamp()
       from input order by portal, bucket
       on conflict (portal, bucket) do update set (level, granted, updated_at) = (
         select drained + fits, fits, clock_timestamp()
         from input i
         cross join lateral (select greatest(0, rate_limit.level - i.per_second
           * greatest(0, extract(epoch from clock_timestamp() - rate_limit.updated_at))) as drained) d
         cross join lateral (select greatest(0, least(i.wanted, floor(i.burst - drained))) as fits) f
         where i.portal = rate_limit.portal and i.bucket = rate_limit.bucket
       )
       returning portal, bucket, level, granted
     )
     select i.portal, i.bucket, t.granted,
            case when t.granted >= i.wanted then 0
                 else greatest(0, 1 - (i.burst - t.level)) / i.per_second end::float8 as wait
     from input i join taken t using (portal, bucket)`,
    [
      requests.map((request) => request.portal),
      requests.map((request) => request.bucket),
      requests.map((request) => request.wanted),
      requests.map((request) => request.perSecond),
      requests.map((request) => request.burst),
    ],
  );
  return result.rows.map((row) => ({
    portal: row.portal,
    bucket: row.bucket,
    granted: row.granted,
    waitMs: row.wait * 1000,
  }));
}
