/** Deletes rows whose retention is over, in small steps so that no other statement waits long for a lock. */
import { type Db, query } from '../database.ts';

/** Longer than any remote is known to redeliver an event. */
const dedupeDays = 7;

const stepRows = 5_000;

/**
 * Deletes one step of finished rows older than `days` from a queue; dead letters and rows of unknown fate stay for a person, twice as long. Returns
 * how many rows were deleted: call again until there are none.
 */
export async function purgeQueue(db: Db, queue: 'inbox' | 'outbox', days: number): Promise<number> {
  const result = await query(db, queue === 'inbox' ? purgeInbox : purgeOutbox, [days, days]);
  return result.rowCount;
}

/** Written as the expression of the index on age, which serves nothing else: see migration 0032. */
function isOlder(column: string): string {
  return `(${column} at time zone 'UTC') < (now() - ? * interval '1 day') at time zone 'UTC'`;
}

/** A statement that deletes one step of the rows of a table for which `condition` holds. */
function stepOf(table: string, condition: string): string {
  return `delete from ${table} where ctid = any(array(select ctid from ${table} where ${condition} limit ${stepRows}))`;
}

const inboxStep = (isOld: string): string => `
  with old as (
    select e.portal, e.lane, e.seq from inbox e join inbox_outcome o using (portal, lane, seq)
    where ${isOld}
      and (o.state <> 'dead_letter' or e.received_at < now() - 2 * ? * interval '1 day')
    limit ${stepRows}
  ), outcomes as (
    delete from inbox_outcome o using old where o.portal = old.portal and o.lane = old.lane and o.seq = old.seq
  )
  delete from inbox e using old where e.portal = old.portal and e.lane = old.lane and e.seq = old.seq`;

const outboxStep = (isOld: string): string =>
  stepOf(
    'outbox',
    `${isOld} and state <> 'waiting'
      and (state in ('done', 'dropped') or created_at < now() - 2 * ? * interval '1 day')`,
  );

const purgeInbox = inboxStep(isOlder('e.received_at'));
const purgeOutbox = outboxStep(isOlder('created_at'));

/** Deletes one step of what a portal with a shorter retention than the installation's has kept for longer than `days`. */
export async function purgeOfPortal(db: Db, portal: string, days: number): Promise<number> {
  let purged = 0;
  for (const statement of ofPortal) purged += (await query(db, statement, [portal, days, days])).rowCount;
  return purged;
}

const ofPortal = [
  inboxStep(`e.portal = ? and e.received_at < now() - ? * interval '1 day'`),
  outboxStep(`portal = ? and created_at < now() - ? * interval '1 day'`),
  stepOf('audit_entries', `portal = ? and at < now() - least(?, ?) * interval '1 day'`),
  stepOf('hourly_count', `portal = ? and hour < now() - least(?, ?) * interval '1 day'`),
];

/** Deletes one step of the rows of a table for which `condition` holds; returns how many were deleted. */
async function deleteStep(db: Db, table: string, condition: string, values: readonly number[] = []): Promise<number> {
  return (await query(db, stepOf(table, condition), [...values])).rowCount;
}

/** Deletes one step of figures older than `days`. */
export async function purgeHourlyCounts(db: Db, days: number): Promise<number> {
  return await deleteStep(db, 'hourly_count', `hour < now() - ? * interval '1 day'`, [days]);
}

/** Deletes one step of old dedupe keys. */
export async function purgeDedupe(db: Db): Promise<number> {
  return await deleteStep(db, 'dedupe', `received_at < now() - ? * interval '1 day'`, [dedupeDays]);
}

/** Deletes one step of reported failures. They are kept for twice `days`, which is as long as the outbox keeps any message they refer to. */
export async function purgeReportedFailures(db: Db, days: number): Promise<number> {
  return await deleteStep(db, 'reported_failure', `reported_at < now() - 2 * ? * interval '1 day'`, [days]);
}

/** Deletes one step of audit entries older than `days`. */
export async function purgeAudit(db: Db, days: number): Promise<number> {
  return await deleteStep(db, 'audit_entries', `at < now() - ? * interval '1 day'`, [days]);
}

/** Deletes one step of expired connector state. */
export async function purgeConnectorState(db: Db): Promise<number> {
  return await deleteStep(db, 'connector_state', 'expires_at < now()');
}

/** A link to connect an account is valid for half an hour; after this many days the row is of no use. */
const awaitingDays = 7;

/** Deletes one step of connections whose user never said which portal they are for. */
export async function purgeAwaiting(db: Db): Promise<number> {
  return await deleteStep(db, 'awaiting_connection', `created_at < now() - ? * interval '1 day'`, [awaitingDays]);
}

/** Where a walk over all lanes has got to. */
export interface LanePlace {
  readonly portal: string;
  readonly queue: string;
  readonly key: string;
}

/**
 * Deletes lanes that have neither waiting nor stored rows, in one step of a walk over all lanes. `after` is where the step before ended, null
 * at the beginning; `next` is null at the end. If a deleted lane is needed again, its numbering starts anew.
 *
 * The stored rows are looked up for each lane separately: a join would read all rows of both queues in every step.
 */
export async function purgeLanes(
  db: Db,
  after: LanePlace | null,
): Promise<{ readonly purged: number; readonly next: LanePlace | null }> {
  const { portal, queue, key } = after ?? { portal: '', queue: '', key: '' };
  const result = await query<LanePlace & { readonly purged: number; readonly seen: number }>(
    db,
    `with seen as materialized (
       select ctid as place, portal, queue, key, ready_at from lane
       where (portal, queue, key) > (?, ?, ?) order by portal, queue, key limit ${stepRows}
     ), gone as (
       delete from lane where ctid = any(array(
         select ctid from lane
         where ready_at = 'infinity' and ctid = any(array(
           select place from seen s where s.ready_at = 'infinity' and case s.queue
             when 'inbox' then (select 1 from inbox e where e.portal = s.portal and e.lane = s.key limit 1)
             else (select 1 from outbox e where e.portal = s.portal and e.lane = s.key limit 1) end is null))
         for update skip locked)) returning 1
     )
     select portal, queue, key, (select count(*) from seen)::int as seen, (select count(*) from gone)::int as purged
     from seen order by portal desc, queue desc, key desc limit 1`,
    [portal, queue, key],
  );
  const [last] = result.rows;
  return { purged: last?.purged ?? 0, next: last === undefined || last.seen < stepRows ? null : last };
}

/** Deletes one step of rate budgets that nobody has used for a day; by then they are full again. */
export async function purgeRateLimits(db: Db): Promise<number> {
  return await deleteStep(db, 'rate_limit', "updated_at < now() - interval '1 day'");
}
