/** Health of connections: whether each works or is disabled, and when its next health check is due. */

import { type Db, query } from '../database.ts';
import type { ConnectionRow } from './connections.ts';

type ConnectionId = Pick<ConnectionRow, 'portal' | 'id'>;

/** Least time between two health checks of one connection that the app itself asks for. */
const minutesBetween = 10;

/** The same for a disabled connection whose remote still sends webhooks, so it may work again. */
const minutesBetweenDisabled = 1;

/** Least time between two checks that the remote asks for; people other than the account's owner can cause such requests. */
const secondsBetween = 30;

/**
 * Working connections are checked now and then too, because no event may tell that an account was switched off. An hour, plus or minus a
 * tenth, so that connections created together are not always checked together.
 */
const minutesToRoutineCheck = (): number => 60 * (0.9 + Math.random() / 5);

/** A check that was asked for while another was under way is still due: it may have been asked for after the remote was. */
const nextAfterWorking = `case when health_check_at < health_checked_at + interval '${minutesBetween} minutes'
  then health_check_at else now() + ? * interval '1 minute' end`;

const soon = `least(health_check_at, greatest(now(), health_checked_at + interval '${secondsBetween} seconds'))`;

/** SQL: the connection is as it was read; the column has microseconds, a Date has none. */
const isUnchanged = `updated_at >= ?::timestamptz and updated_at < ?::timestamptz + interval '1 millisecond'`;

/** A CTE that locks the connection and works out when it is checked next: Citus takes no sums with times in the UPDATE itself. */
const foundWith = (nextCheck: string, condition = 'true'): string =>
  `with found as (
     select portal, id, now() as at, ${nextCheck} as next_check from connection where portal = ? and id = ? and ${condition} for update
   )`;

/** Replaces the sealed config. False when the connection was changed since it was read: then nothing is written. */
export async function storeConfig(
  db: Db,
  { portal, id, updated_at }: ConnectionId & Pick<ConnectionRow, 'updated_at'>,
  configSealed: Buffer,
): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set config_sealed = ?, updated_at = now()
     where portal = ? and id = ? and ${isUnchanged} returning 1`,
    [configSealed, portal, id, updated_at, updated_at],
  );
  return result.rows.length > 0;
}

/** The `disabled_reason` of a connection that a person has paused. Only a person can resume it: no check and no remote does. */
export const pausedByPerson = 'paused';

/** Pauses the connection: its listener ends, its deliveries wait. False when it is paused already. */
export async function pauseConnection(db: Db, { portal, id }: ConnectionId): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set disabled_reason = ?, listening_by = null, listening_until = null, updated_at = now()
     where portal = ? and id = ? and disabled_reason is distinct from ? returning 1`,
    [pausedByPerson, portal, id, pausedByPerson],
  );
  return result.rows.length > 0;
}

/** Resumes the connection, which is checked at once. False when it is not paused. */
export async function resumeConnection(db: Db, { portal, id }: ConnectionId): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set disabled_reason = null, health_check_at = now(), updated_at = now()
     where portal = ? and id = ? and disabled_reason = ? returning 1`,
    [portal, id, pausedByPerson],
  );
  return result.rows.length > 0;
}

/** Replaces the webhook's secret and the config with it. False when the connection was changed since it was read: then nothing is written. */
export async function replaceWebhookSecret(
  db: Db,
  { portal, id, updated_at }: ConnectionId & Pick<ConnectionRow, 'updated_at'>,
  sealed: {
    readonly configSealed: Buffer;
    readonly webhookSecretSealed: Buffer;
    readonly webhookSecretHash: Buffer;
  },
): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update connection set config_sealed = ?, webhook_secret_sealed = ?, webhook_secret_hash = ?, updated_at = now()
     where portal = ? and id = ? and ${isUnchanged} returning 1`,
    [sealed.configSealed, sealed.webhookSecretSealed, sealed.webhookSecretHash, portal, id, updated_at, updated_at],
  );
  return result.rows.length > 0;
}

/**
 * Disables the connection: its listener ends, its deliveries wait. With `asOf`, a check of the connection as it was then found the reason: if
 * it was changed since, nothing is written and false returned. A new reason is checked again after a minute: if the remote told meanwhile that
 * it works again, that was ignored, because the connection counted as working. Without `asOf`, the remote gave notice; a check follows soon.
 */
export async function disableConnection(
  db: Db,
  { portal, id }: ConnectionId,
  reason: string,
  asOf: Date | null,
): Promise<boolean> {
  const nextCheck = `case when ?::timestamptz is null then ${soon}
    when disabled_reason is distinct from ? then least(health_check_at, now() + ? * interval '1 minute')
    else coalesce(health_check_at, now() + ? * interval '1 minute') end`;
  const condition = `disabled_reason is distinct from ? and (?::timestamptz is null or ${isUnchanged})`;
  const result = await query<unknown>(
    db,
    `${foundWith(nextCheck, condition)}
     update connection c set disabled_reason = ?, listening_by = null, listening_until = null, health_check_at = f.next_check,
       updated_at = case when c.disabled_reason is distinct from ? then f.at else c.updated_at end
     from found f where c.portal = f.portal and c.id = f.id returning 1`,
    [
      ...[asOf, reason, minutesBetweenDisabled, minutesBetween, portal, id],
      ...[pausedByPerson, asOf, asOf, asOf, reason, reason],
    ],
  );
  return result.rows.length > 0;
}

/**
 * Marks the connection as working with this config; a paused one gets only the config. The next check is a routine one, unless another was
 * asked for since the last began. Returns false, and writes nothing, when the connection was changed since `row` was read.
 */
export async function settleConnection(db: Db, row: ConnectionRow, configSealed: Buffer | null): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `${foundWith(nextAfterWorking, isUnchanged)}
     update connection c set config_sealed = coalesce(?::bytea, c.config_sealed), health_check_at = f.next_check,
       disabled_reason = case when c.disabled_reason = ? then c.disabled_reason end,
       updated_at = case when ?::bytea is null and (c.disabled_reason is null or c.disabled_reason = ?) then c.updated_at else f.at end
     from found f where c.portal = f.portal and c.id = f.id returning 1`,
    [
      ...[minutesToRoutineCheck(), row.portal, row.id, row.updated_at, row.updated_at],
      ...[configSealed, pausedByPerson, configSealed, pausedByPerson],
    ],
  );
  return result.rows.length > 0;
}

/** Asks for a health check soon, but not before some minutes have passed since the last one; fewer if the connection is disabled. */
export async function askForCheck(db: Db, { portal, id }: ConnectionId): Promise<void> {
  const nextCheck = `least(health_check_at, greatest(now(),
    health_checked_at + case when disabled_reason is null then ?::int else ?::int end * interval '1 minute'))`;
  await query(db, `${foundWith(nextCheck)} ${checkThen}`, [minutesBetween, minutesBetweenDisabled, portal, id]);
}

const checkThen =
  'update connection c set health_check_at = f.next_check from found f where c.portal = f.portal and c.id = f.id';

/** Asks for a health check at once, because the remote said that something has changed; at most every half minute. */
export async function checkNow(db: Db, { portal, id }: ConnectionId): Promise<void> {
  await query(db, `${foundWith(soon)} ${checkThen}`, [portal, id]);
}

/** Asks for a health check at once without any limit, because a setting that was just changed must take effect now. */
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
       where health_check_at <= now() and brain = any(?) and p.state = 'installed' and p.move_state is null and not id = any(?::uuid[])
         and disabled_reason is distinct from '${pausedByPerson}'
       order by health_check_at limit ? for update of connection skip locked
     ) due
     where c.portal = due.portal and c.id = due.id
     returning c.portal, c.id, c.brain, c.title, c.config_sealed, c.webhook_secret_sealed, c.cursor, c.disabled_reason, c.updated_at`,
    [minutesBetween, brains, except, limit],
    'claim_checks',
  );
  return result.rows;
}
