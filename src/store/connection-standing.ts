/** How connections stand with their far side: paused or working, and when that is to be looked at again. */
import type { ConnectionRow } from './connections.ts';
import { type Db, query } from './database.ts';

type ConnectionId = Pick<ConnectionRow, 'portal' | 'id'>;

/** Between two looks at one account, whatever asks for them. */
const minutesBetween = 10;

/** Replaces the sealed config. */
export async function storeConfig(db: Db, { portal, id }: ConnectionId, configBox: Buffer): Promise<void> {
  await query(db, 'update connection set config_box = ?, updated_at = now() where portal = ? and id = ?', [
    configBox,
    portal,
    id,
  ]);
}

/** The far side has stopped it: its listener ends, its deliveries wait. With `checkNow` the account is looked at as soon as possible. */
export async function pauseConnection(
  db: Db,
  { portal, id }: ConnectionId,
  reason: string,
  checkNow: boolean,
): Promise<void> {
  await query(
    db,
    `update connection set paused_reason = ?, listener = null, listener_until = null,
       check_at = case when ? then now() else coalesce(check_at, now() + ? * interval '1 minute') end,
       updated_at = case when paused_reason is distinct from ? then now() else updated_at end
     where portal = ? and id = ?`,
    [reason, checkNow, minutesBetween, reason, portal, id],
  );
}

/** It works, with this config; nothing has to be looked at. False when it was changed since `row` was read: then nothing is written. */
export async function settleConnection(db: Db, row: ConnectionRow, configBox: Buffer | null): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set config_box = coalesce(?::bytea, config_box), paused_reason = null, check_at = null,
       updated_at = case when ?::bytea is null and paused_reason is null then updated_at else now() end
     where portal = ? and id = ? and date_trunc('milliseconds', updated_at) = ? returning 1`,
    [configBox, configBox, row.portal, row.id, row.updated_at],
  );
  return result.rows.length > 0;
}

/** Asks for a look: soon, but not before some minutes have passed since the last one. */
export async function askForCheck(db: Db, { portal, id }: ConnectionId): Promise<void> {
  await query(
    db,
    `update connection
     set check_at = greatest(now(), coalesce(checked_at, '-infinity') + ? * interval '1 minute')
     where portal = ? and id = ? and check_at is null`,
    [minutesBetween, portal, id],
  );
}

/** Asks for a look at once, for whoever knows that something has changed over there. */
export async function checkNow(db: Db, { portal, id }: ConnectionId): Promise<void> {
  await query(db, 'update connection set check_at = now() where portal = ? and id = ?', [portal, id]);
}

/** Takes connections that are due for a look; each comes again after some minutes unless it is settled by then. */
export async function claimChecks(db: Db, brains: readonly string[], limit: number): Promise<ConnectionRow[]> {
  const result = await query<ConnectionRow>(
    db,
    `update connection c set checked_at = now(), check_at = now() + ? * interval '1 minute'
     from (
       select portal, id from connection join portal p using (portal)
       where check_at <= now() and brain = any(?) and p.state = 'installed'
       order by check_at limit ? for update of connection skip locked
     ) due
     where c.portal = due.portal and c.id = due.id
     returning c.portal, c.id, c.brain, c.title, c.config_box, c.door_box, c.cursor, c.paused_reason, c.updated_at`,
    [minutesBetween, brains, limit],
  );
  return result.rows;
}
