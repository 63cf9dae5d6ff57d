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
       level = greatest(excluded.level, b.level - ? * greatest(0, extract(epoch from excluded.updated_at - b.updated_at))),
       updated_at = greatest(excluded.updated_at, b.updated_at)`,
    [portal, bucket, brim, perSecond],
  );
}

/**
 * Takes up to `wanted` requests out of each bucket: its level drains by `perSecond` and never rises above `burst`. What is not
 * granted is not taken. A bucket may appear once per call. One statement, and two more for buckets that nobody has used for a day.
 */
export async function takeBudget(db: Db, requests: readonly BudgetRequest[]): Promise<BudgetGrant[]> {
  const grants = await takeFromKnown(db, requests);
  if (grants.length === requests.length) return grants;
  const found = new Set(grants.map(keyOf));
  const missing = requests.filter((request) => !found.has(keyOf(request)));
  await addBuckets(db, missing);
  return [...grants, ...(await takeFromKnown(db, missing))];
}

const keyOf = ({ portal, bucket }: Pick<BudgetRequest, 'portal' | 'bucket'>): string => `${portal}\n${bucket}`;

/** Buckets without a row get no grant. The time is that of the statement's start: another process may have taken since, at a later time. */
async function takeFromKnown(db: Db, requests: readonly BudgetRequest[]): Promise<BudgetGrant[]> {
  const result = await query<{ portal: string; bucket: string; granted: number; wait: number }>(
    db,
    `with quick as (select set_config('synchronous_commit', 'off', true)),
     input as (
       select i.*, statement_timestamp() as at from unnest(?::text[], ?::text[], ?::float8[], ?::float8[], ?::float8[])
         as i(portal, bucket, wanted, per_second, burst), quick
     ), held as (
       select i.*, greatest(i.at, b.updated_at) as taken_at,
         greatest(0, b.level - i.per_second * greatest(0, extract(epoch from i.at - b.updated_at))) as drained
       from rate_limit b join input i on i.portal = b.portal and i.bucket = b.bucket
       order by b.portal, b.bucket for update of b
     ), fitting as (
       select *, greatest(0, least(wanted, floor(burst - drained))) as fits from held
     ), taken as (
       update rate_limit b set level = f.drained + f.fits, granted = f.fits, updated_at = f.taken_at
       from fitting f where b.portal = f.portal and b.bucket = f.bucket
       returning b.portal, b.bucket, b.level, f.fits, f.wanted, f.burst, f.per_second
     )
     select portal, bucket, fits as granted,
            case when fits >= wanted then 0 else greatest(0, 1 - (burst - level)) / per_second end::float8 as wait
     from taken`,
    [
      requests.map((request) => request.portal),
      requests.map((request) => request.bucket),
      requests.map((request) => request.wanted),
      requests.map((request) => request.perSecond),
      requests.map((request) => request.burst),
    ],
    'take_budget',
  );
  return result.rows.map((row) => ({
    portal: row.portal,
    bucket: row.bucket,
    granted: row.granted,
    waitMs: row.wait * 1000,
  }));
}

/** Adds empty buckets; those that another process has added meanwhile are left as they are. */
async function addBuckets(db: Db, requests: readonly BudgetRequest[]): Promise<void> {
  await query(
    db,
    `insert into rate_limit (portal, bucket, level, granted, updated_at)
     select portal, bucket, 0, 0, now() from unnest(?::text[], ?::text[]) as i(portal, bucket)
     order by portal, bucket on conflict do nothing`,
    [requests.map((request) => request.portal), requests.map((request) => request.bucket)],
  );
}
