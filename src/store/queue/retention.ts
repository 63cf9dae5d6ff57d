/** Forgets what has been kept long enough, in small steps so that nobody waits for it. */
import { type Db, query } from '../database.ts';

/** Dedupe keys outlive every redelivery a far side is known to make. */
const dedupeDays = 7;

const stepRows = 5_000;

/**
 * Deletes one step of finished rows older than `days` from a queue; parked and unknown ones stay for a person, twice as long. Returns
 * how many went: call again while it is a full step.
 */
export async function purgeQueue(db: Db, queue: 'inbox' | 'outbox', days: number): Promise<number> {
  const result = await query(db, queue === 'inbox' ? purgeInbox : purgeOutbox, [days, days]);
  return result.rowCount;
}

const purgeInbox = `
  with old as (
    select e.portal, e.lane, e.seq from inbox e join inbox_outcome o using (portal, lane, seq)
    where e.received_at < now() - ? * interval '1 day'
      and (o.state <> 'dead_letter' or e.received_at < now() - 2 * ? * interval '1 day')
    limit ${stepRows}
  ), outcomes as (
    delete from inbox_outcome o using old where o.portal = old.portal and o.lane = old.lane and o.seq = old.seq
  )
  delete from inbox e using old where e.portal = old.portal and e.lane = old.lane and e.seq = old.seq`;

const purgeOutbox = `
  delete from outbox where ctid = any(array(
    select ctid from outbox
    where created_at < now() - ? * interval '1 day' and state <> 'waiting'
      and (state in ('done', 'dropped') or created_at < now() - 2 * ? * interval '1 day')
    limit ${stepRows}
  ))`;

/** Deletes one step of old dedupe keys. */
export async function purgeDedupe(db: Db): Promise<number> {
  const result = await query(
    db,
    `delete from dedupe where ctid = any(array(
       select ctid from dedupe where received_at < now() - ? * interval '1 day' limit ${stepRows}
     ))`,
    [dedupeDays],
  );
  return result.rowCount;
}

/** Deletes one step of told failures, which outlive every row they are about: given-up ones are kept twice as long as others. */
export async function purgeToldFailures(db: Db, days: number): Promise<number> {
  const result = await query(
    db,
    `delete from told_failure where ctid = any(array(
       select ctid from told_failure where told_at < now() - 2 * ? * interval '1 day' limit ${stepRows}
     ))`,
    [days],
  );
  return result.rowCount;
}

/** Deletes one step of brains' facts whose time is over. */
export async function purgeConnectorState(db: Db): Promise<number> {
  const result = await query(
    db,
    `delete from connector_state where ctid = any(array(
       select ctid from connector_state where expires_at < now() limit ${stepRows}
     ))`,
  );
  return result.rowCount;
}

/** A link to connect an account is good for half an hour; whoever comes later than this presses the button again. */
const awaitingDays = 7;

/** Deletes one step of accounts whose user never said which portal they are for. */
export async function purgeAwaiting(db: Db): Promise<number> {
  const result = await query(
    db,
    `delete from awaiting_connection where ctid = any(array(
       select ctid from awaiting_connection where created_at < now() - ? * interval '1 day' limit ${stepRows}
     ))`,
    [awaitingDays],
  );
  return result.rowCount;
}

/** Deletes lanes in which nothing waits and of which no row is left: their numbering may start again. */
export async function purgeLanes(db: Db): Promise<number> {
  let purged = 0;
  for (const queue of ['inbox', 'outbox']) {
    const result = await query(
      db,
      `delete from lane where ctid = any(array(
         select l.ctid from lane l
         where l.queue = ? and l.ready_at = 'infinity'
           and not exists (select 1 from ${queue} e where e.portal = l.portal and e.lane = l.key)
         limit ${stepRows} for update skip locked
       ))`,
      [queue],
    );
    purged += result.rowCount;
  }
  return purged;
}

/** Forgets rate budgets nobody has asked for a day: they have long drained. */
export async function purgeBudgets(db: Db): Promise<number> {
  const result = await query(db, "delete from rate_budget where updated_at < now() - interval '1 day'");
  return result.rowCount;
}
