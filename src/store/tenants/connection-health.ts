/** Whether connections work or are disabled, and when their health is to be checked again. */

import { type Db, query } from '../database.ts';
import type { ConnectionRow } from './connections.ts';

type ConnectionId = Pick<ConnectionRow, 'portal' | 'id'>;

/** Between two health checks of one account that the app itself asks for. */
const minutesBetween = 10;

/** A disabled one is checked sooner when its remote behaves as if it worked. */
const minutesBetweenDisabled = 1;

/** A remote's notice that something has changed causes no more checks than this: others at the remote can send it too. */
const secondsBetween = 30;

/**
 * A remote may stop an account without a notice, so working accounts are checked too: every hour, give or take a tenth, so that accounts
 * that were connected together are not checked together for ever.
 */
const nextRoutineCheck = "now() + (0.9 + random() / 5) * interval '1 hour'";

const soon = `least(check_at, greatest(now(), checked_at + interval '${secondsBetween} seconds'))`;

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
 * The remote has stopped it: its listener ends, its deliveries wait. `asOf`: when the row was read that was checked; nothing is written,
 * and the result is false, when it was changed since. Null: the remote said so itself, which is checked soon.
 */
export async function disableConnection(
  db: Db,
  { portal, id }: ConnectionId,
  reason: string,
  asOf: Date | null,
): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set disabled_reason = ?, listener = null, listener_until = null,
       check_at = case when ?::timestamptz is null then ${soon}
                       else coalesce(check_at, now() + ? * interval '1 minute') end,
       updated_at = case when disabled_reason is distinct from ? then now() else updated_at end
     where portal = ? and id = ? and (?::timestamptz is null or date_trunc('milliseconds', updated_at) = ?) returning 1`,
    [reason, asOf, minutesBetween, reason, portal, id, asOf, asOf],
  );
  return result.rows.length > 0;
}

/** It works, with this config; the next check is a routine one. False when it was changed since `row` was read: then nothing is written. */
export async function settleConnection(db: Db, row: ConnectionRow, configSealed: Buffer | null): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set config_sealed = coalesce(?::bytea, config_sealed), disabled_reason = null, check_at = ${nextRoutineCheck},
       updated_at = case when ?::bytea is null and disabled_reason is null then updated_at else now() end
     where portal = ? and id = ? and date_trunc('milliseconds', updated_at) = ? returning 1`,
    [configSealed, configSealed, row.portal, row.id, row.updated_at],
  );
  return result.rows.length > 0;
}

/** Asks for a check: soon, but not before some minutes have passed since the last one; fewer where the account is disabled. */
export async function askForCheck(db: Db, { portal, id }: ConnectionId): Promise<void> {
  await query(
    db,
    `update connection
     set check_at = least(check_at, greatest(now(),
       checked_at + case when disabled_reason is null then ?::int else ?::int end * interval '1 minute'))
     where portal = ? and id = ?`,
    [minutesBetween, minutesBetweenDisabled, portal, id],
  );
}

/** Asks for a check at once, for whoever knows that something has changed at the remote; not more often than every half minute. */
export async function checkNow(db: Db, { portal, id }: ConnectionId): Promise<void> {
  await query(db, `update connection set check_at = ${soon} where portal = ? and id = ?`, [portal, id]);
}

/** Asks for a check at once, whenever the last one was: settings that were just changed are to take effect now. */
export async function checkAtOnce(db: Db, { portal, id }: ConnectionId): Promise<void> {
  await query(db, 'update connection set check_at = now() where portal = ? and id = ?', [portal, id]);
}

/** Takes connections that are due for a check, but none of `except`; each comes again after some minutes unless it is settled by then. */
export async function claimChecks(
  db: Db,
  brains: readonly string[],
  { limit, except }: { readonly limit: number; readonly except: readonly string[] },
): Promise<ConnectionRow[]> {
  const result = await query<ConnectionRow>(
    db,
    `update connection c set checked_at = now(), check_at = now() + ? * interval '1 minute'
     from (
       select portal, id from connection join portal p using (portal)
       where check_at <= now() and brain = any(?) and p.state = 'installed' and not id = any(?::uuid[])
       order by check_at limit ? for update of connection skip locked
     ) due
     where c.portal = due.portal and c.id = due.id
     returning c.portal, c.id, c.brain, c.title, c.config_sealed, c.webhook_secret_sealed, c.cursor, c.disabled_reason, c.updated_at`,
    [minutesBetween, brains, except, limit],
  );
  return result.rows;
}
