/** The states of a portal that is moved between cells, in the database of either cell (migration 0030). */

import { type Db, inTransaction, type Pool, query } from '../database.ts';
import { heldEnding } from '../queue/lane-names.ts';

/** The cell that a portal moves to. */
export interface MoveTarget {
  readonly name: string;
  readonly url: string;
}

/**
 * From the commit on, nothing of the portal is claimed any more, and the listeners and pollers of it lose their leases. Events are accepted as
 * before. False when there is no such portal, it is being moved already, or events of it are held (`held-events.ts`): those lie beside the lanes
 * of their dialogs, and events that the other cell holds would get ahead of them.
 */
export async function beginLeaving(db: Pool, portal: string, to: MoveTarget): Promise<boolean> {
  return await inTransaction(db, async (trx) => {
    const begun = await query(
      trx,
      `update portal p set move_state = 'leaving', move_to = ?, move_url = ?, move_since = now(), posted_held_until = null
       where portal = ? and move_state is null and coalesce(posted_held_until <= now(), true) and not exists (
         select from lane h
         where h.portal = p.portal and h.queue = 'inbox' and h.key like '%${heldEnding}' and h.ready_at < 'infinity'
       )`,
      [to.name, to.url, portal],
    );
    if (begun.rowCount === 0) return false;
    await query(trx, 'update connection set listening_by = null, listening_until = null where portal = ?', [portal]);
    await query(trx, 'update event_poll set leased_by = null, leased_until = null where portal = ?', [portal]);
    return true;
  });
}

/**
 * Whether something may still be under way that began before the portal was frozen: a statement of the app, a lane that is worked on, an exchange of
 * its tokens. A process that hangs loses its lease, and this becomes false then.
 *
 * @param frozenAt by the clock of the database, after the commit of `beginLeaving`
 */
export async function isStillWorked(db: Db, portal: string, frozenAt: Date): Promise<boolean> {
  const result = await query<{ is_worked: boolean }>(
    db,
    `select exists (
         select from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and application_name like 'bot-bridge%'
           and application_name not like 'bot-bridge cli%' and xact_start <= ?::timestamptz + interval '10 milliseconds'
       ) or exists (
         select from lane where portal = ? and locked_by is not null and ready_at > now() and ready_at < 'infinity'
       ) or exists (
         select from portal_token where portal = ? and refreshing_by is not null and refreshing_until > now()
       ) as is_worked`,
    [frozenAt.toISOString(), portal, portal],
  );
  return result.rows[0]?.is_worked ?? false;
}

/**
 * Takes the lanes of a frozen portal from workers whose leases have ended, because no other claim does so. A worker that goes on after hanging
 * then cannot begin an attempt here that the other cell makes as well.
 */
export async function endClaims(db: Db, portal: string): Promise<void> {
  await query(
    db,
    `with held as (
       select portal, queue, key from lane
       where portal = ? and locked_by is not null and ready_at <= now() order by queue, portal, key for update
     )
     update lane l set locked_by = null from held h where l.portal = h.portal and l.queue = h.queue and l.key = h.key`,
    [portal],
  );
}

/** How far each lane of a portal has been copied. */
export interface CopiedLane {
  readonly queue: string;
  readonly key: string;
  readonly seq: string;
}

/** The lanes that were copied; read in the cell where the portal arrives, before anything of it is worked on there. */
export async function listCopiedLanes(db: Db, portal: string): Promise<CopiedLane[]> {
  const result = await query<CopiedLane>(db, 'select queue, key, seq from lane where portal = ? order by queue, key', [
    portal,
  ]);
  return result.rows;
}

/** From now on the portal lives in the other cell: what was copied counts as done here; what came later still waits, to be sent there. */
export async function leave(db: Pool, portal: string, copied: readonly CopiedLane[]): Promise<void> {
  await inTransaction(db, async (trx) => {
    await query(trx, `update portal set move_state = 'left', move_since = now() where portal = ?`, [portal]);
    await query(
      trx,
      `with held as (
         select l.portal, l.queue, l.key, c.seq from lane l
         join unnest(?::text[], ?::text[], ?::bigint[]) as c(queue, key, seq) on c.queue = l.queue and c.key = l.key
         where l.portal = ? order by l.queue, l.key for update of l
       )
       update lane l set done = h.seq, locked_by = null, ready_at = case when l.seq > h.seq then now() else 'infinity' end
       from held h where l.portal = h.portal and l.queue = h.queue and l.key = h.key`,
      [copied.map(({ queue }) => queue), copied.map(({ key }) => key), copied.map(({ seq }) => seq), portal],
    );
  });
}

/** Ends a move that has not been finished: the portal stays here and is worked on again. False when it has left already. */
export async function cancelLeaving(db: Db, portal: string): Promise<boolean> {
  const result = await query(
    db,
    `update portal set move_state = null, move_to = null, move_url = null, move_since = null
     where portal = ? and move_state = 'leaving'`,
    [portal],
  );
  return result.rowCount > 0;
}

/** An event that was accepted here after the copy was made. */
export interface LateEvent {
  readonly lane: string;
  readonly seq: string;
  readonly source: string;
  readonly connection_id: string | null;
  readonly ingress: 'webhook' | 'socket' | 'catch_up' | null;
  readonly trace: string;
  readonly subject: string | null;
  readonly body: Buffer;
}

/** The next late events, lane by lane, each lane's oldest first. */
export async function listLateEvents(db: Db, portal: string, limit: number): Promise<LateEvent[]> {
  const result = await query<LateEvent>(
    db,
    `select i.lane, i.seq, i.source, i.connection_id, i.ingress, i.trace, i.subject, i.body
     from lane l join inbox i on i.portal = l.portal and i.lane = l.key and i.seq > l.done
     where l.portal = ? and l.queue = 'inbox' and l.seq > l.done
     order by i.lane, i.seq limit ?`,
    [portal, limit],
  );
  return result.rows;
}

/** Marks these events as done here: they are stored in the other cell. */
export async function markSent(db: Db, portal: string, events: readonly LateEvent[]): Promise<void> {
  await query(
    db,
    `with sent as (
       select key, max(seq) as seq from unnest(?::text[], ?::bigint[]) as i(key, seq) group by key
     ), held as (
       select l.portal, l.key, s.seq from lane l join sent s on s.key = l.key
       where l.portal = ? and l.queue = 'inbox' order by l.key for update of l
     )
     update lane l set done = greatest(l.done, h.seq),
       ready_at = case when l.seq > greatest(l.done, h.seq) then l.ready_at else 'infinity' end
     from held h where l.portal = h.portal and l.queue = 'inbox' and l.key = h.key`,
    [events.map(({ lane }) => lane), events.map(({ seq }) => seq), portal],
  );
}

/** Begins the work of a portal that has arrived: first what waits, then what was held meanwhile. Repeatable. */
export async function arrive(db: Db, portal: string): Promise<boolean> {
  const result = await query(
    db,
    `update portal set move_state = null, move_to = null, move_url = null, move_since = null, posted_held_until = now()
     where portal = ? and move_state = 'arriving'`,
    [portal],
  );
  return result.rowCount > 0;
}

/** Counts the portal's rows that are not in the other cell and would be lost: work that was ordered after the copy was made. */
export async function countUnsent(db: Db, portal: string): Promise<number> {
  const result = await query<{ count: number }>(
    db,
    'select coalesce(sum(seq - done), 0)::int as count from lane where portal = ? and seq > done',
    [portal],
  );
  return result.rows[0]?.count ?? 0;
}

/** SHA-256 hashes, hexadecimal, of the secrets in the webhook addresses of the portal's connections. */
export async function listWebhookHashes(db: Db, portal: string): Promise<string[]> {
  const result = await query<{ hash: string }>(
    db,
    `select encode(webhook_secret_hash, 'hex') as hash from connection where portal = ? order by hash`,
    [portal],
  );
  return result.rows.map(({ hash }) => hash);
}
