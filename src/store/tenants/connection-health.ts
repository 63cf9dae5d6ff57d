/** Health of connections: whether each works or is disabled, and when its next health check is due. */

import { type Db, query } from '../database.ts';
import type { ConnectionRow } from './connections.ts';

type ConnectionId = Pick<ConnectionRow, 'portal' | 'id'>;

/** Least time between two health checks of one connection that the app itself asks for. */
const minutesBetween = 10;

/** The same for a disabled connection whose remote still sends webhooks, so it may work again. */
const minutesBetweenDisabled = 1;

/** Least time between two checks that the remote asks for; others than the account's owner can cause such requests. */
const secondsBetween = 30;

/**
 * Working connections are checked now and then too, because no event may tell that an account was switched off. An hour, plus or minus a
 * tenth, so that connections created together are not always checked together.
 */
const nextRoutineCheck = "now() + (0.9 + random() / 5) * interval '1 hour'";

/** What asked for a check while one was under way may have come after the remote was asked: that check is still due. */
const nextAfterWorking = `case when health_check_at < health_checked_at + interval '${minutesBetween} minutes'
  then health_check_at else ${nextRoutineCheck} end`;

const soon = `least(health_check_at, greatest(now(), health_checked_at + interval '${secondsBetween} seconds'))`;

/** Replaces the sealed config. False when the connection was changed since then: then nothing is written. */
export async function storeConfig(
  db: Db,
  { portal, id, updated_at }: ConnectionId & Pick<ConnectionRow, 'updated_at'>,
  configSealed: Buffer,
): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set config_sealed = ?, updated_at = now()
     where portal = ? and id = ? and date_trunc('milliseconds', updated_at) = ? returning 1`,
    [configSealed, portal, id, updated_at],
  );
  return result.rows.length > 0;
}

/**
 * Disables the connection: its listener ends, its deliveries wait. With `asOf`, the result of a check of what was read then: nothing is
 * written, and false returned, when the connection was changed since; a reason that is new is checked again after a minute, because a start
 * that the remote told meanwhile was no news of a connection that worked. Without it, the remote's own notice, which a check follows soon.
 */
export async function disableConnection(
  db: Db,
  { portal, id }: ConnectionId,
  reason: string,
  asOf: Date | null,
): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set disabled_reason = ?, listening_by = null, listening_until = null,
       health_check_at = case when ?::timestamptz is null then ${soon}
                       when disabled_reason is distinct from ? then least(health_check_at, now() + ? * interval '1 minute')
                       else coalesce(health_check_at, now() + ? * interval '1 minute') end,
       updated_at = case when disabled_reason is distinct from ? then now() else updated_at end
     where portal = ? and id = ? and (?::timestamptz is null or date_trunc('milliseconds', updated_at) = ?) returning 1`,
    [reason, asOf, reason, minutesBetweenDisabled, minutesBetween, reason, portal, id, asOf, asOf],
  );
  return result.rows.length > 0;
}

/**
 * Marks it as working with this config; the next check is a routine one, unless one was asked for since the last began. False, and nothing
 * is written, when it was changed since `row` was read.
 */
export async function settleConnection(db: Db, row: ConnectionRow, configSealed: Buffer | null): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set config_sealed = coalesce(?::bytea, config_sealed), disabled_reason = null, health_check_at = ${nextAfterWorking},
       updated_at = case when ?::bytea is null and disabled_reason is null then updated_at else now() end
     where portal = ? and id = ? and date_trunc('milliseconds', updated_at) = ? returning 1`,
    [configSealed, configSealed, row.portal, row.id, row.updated_at],
  );
  return result.rows.length > 0;
}

/** Asks for a health check soon, but not before some minutes have passed since the last one; fewer if the connection is disabled. */
export async function askForCheck(db: Db, { portal, id }: ConnectionId): Promise<void> {
  await query(
    db,
    `update connection
     set health_check_at = least(health_check_at, greatest(now(),
       health_checked_at + case when disabled_reason is null then ?::int else ?::int end * interval '1 minute'))
     where portal = ? and id = ?`,
    [minutesBetween, minutesBetweenDisabled, portal, id],
  );
}

/** Asks for a health check at once, because the remote said that something has changed; at most every half minute. */
export async function checkNow(db: Db, { portal, id }: ConnectionId): Promise<void> {
  await query(db, `update connection set health_check_at = ${soon} where portal = ? and id = ?`, [portal, id]);
}

/** Asks for a health check at once without any limit, for the CLI: what was just set is to be in force now. */
export async function checkAtOnce(db: Db, { portal, id }: ConnectionId): Promise<void> {
  await query(db, 'update connection set health_check_at = now() where portal = ? and id = ?', [portal, id]);
}

/** Claims connections whose health check is due, except those in `except`. Each is due again after some minutes unless it is settled by then. */
export async function claimChecks(
  db: Db,
  brains: readonly string[],
  { limit, except }: { readonly limit: number; readonly except: readonly string[] },
): Promise<ConnectionRow[]> {
  const result = await query<ConnectionRow>(
    db,
    `update connection c set health_checked_at = now(), health_check_at = now() + ? * interval '1 minute'
     from (
       select portal, id from connection join portal p using (portal)
       where health_check_at <= now() and brain = any(?) and p.state = 'installed' and not id = any(?::uuid[])
       order by health_check_at limit ? for update of connection skip locked
     ) due
     where c.portal = due.portal and c.id = due.id
     returning c.portal, c.id, c.brain, c.title, c.config_sealed, c.webhook_secret_sealed, c.cursor, c.disabled_reason, c.updated_at`,
    [minutesBetween, brains, except, limit],
  );
  return result.rows;
}
