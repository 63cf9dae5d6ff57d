/**
 * Knows which worker processes are alive. Each worker holds an advisory lock on a connection of its own, and the server releases the lock
 * with the connection. A process that acquires the lock of another worker knows that this worker is dead, and frees its leases.
 */
import { Client } from 'pg';
import { type Db, query, type Transaction } from '../database.ts';
import { keepalives, sessionTo } from '../session.ts';

/** SQL: the key of a worker's advisory lock, the first 64 bits of its id. */
const lockKey = (id: string): string => `('x' || left(replace(${id}::text, '-', ''), 16))::bit(64)::bigint`;

/** After a restart of the server, live workers get this long to reconnect before they count as dead. */
const graceSeconds = 3;

export interface WorkerLock {
  /** Resolves when the connection, and with it the lock, is lost. Never rejects. */
  readonly lost: Promise<void>;
  /** Releases the lock and removes the worker's row. */
  release(): Promise<void>;
}

/** Inserts the worker's row and takes its lock. Both become visible to others at the same time. */
export async function lockWorker(url: string, id: string): Promise<WorkerLock> {
  const client = new Client({
    ...sessionTo(url, 'bot-bridge worker', keepalives),
    connectionTimeoutMillis: 5_000,
  });
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  client.once('end', lose);
  // A broken connection emits more than one error, and an unhandled one would end the process.
  client.on('error', () => lose());
  try {
    await client.connect();
    await client.query('begin');
    await client.query(
      'insert into worker (id) values ($1) on conflict (id) do update set started_at = excluded.started_at',
      [id],
    );
    const locked = await client.query<{ is_ours: boolean }>(
      `select pg_try_advisory_lock(${lockKey('$1')}) as is_ours`,
      [id],
    );
    // Either the server still keeps this worker's former connection open, or another process is freeing its leases right now.
    if (locked.rows[0]?.is_ours !== true) throw new Error('the lock of this worker is still held; trying again');
    await client.query('commit');
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    lost,
    async release() {
      try {
        await client.query('delete from worker where id = $1', [id]);
      } finally {
        await client.end();
      }
    },
  };
}

/**
 * Frees the lanes and listeners of dead workers and returns the workers' ids. Their locks are held meanwhile, so that a worker that has
 * only lost its connection cannot come back in between.
 *
 * @param isServerOurs this process has just started the server, so no other worker can be reconnecting
 */
export async function releaseDeadWorkers(trx: Transaction, isServerOurs: boolean): Promise<string[]> {
  if (!isServerOurs && (await isServerYoung(trx))) return [];
  const known = await query<{ id: string }>(trx, 'select id from worker');
  // A statement of its own: with a distributed schema, one that reads the table runs on the table's node, where no worker has its lock.
  const dead = await query<{ id: string }>(
    trx,
    `select id from unnest(?::uuid[]) as known(id) where pg_try_advisory_xact_lock(${lockKey('id')})`,
    [known.rows.map(({ id }) => id)],
  );
  const ids = dead.rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  await query(
    trx,
    `with held as (
       select portal, queue, key from lane
       where queue in ('inbox', 'outbox') and ready_at > now() and isfinite(ready_at)
         and split_part(locked_by, ':', 1) = any(?)
       order by queue, portal, key for update
     )
     update lane l set locked_by = null, ready_at = now()
     from held h where l.portal = h.portal and l.queue = h.queue and l.key = h.key`,
    [ids],
  );
  await query(
    trx,
    `update connection set listening_by = null, listening_until = null where split_part(listening_by, ':', 1) = any(?)`,
    [ids],
  );
  await query(trx, 'delete from worker where id = any(?::uuid[])', [ids]);
  return ids;
}

async function isServerYoung(db: Db): Promise<boolean> {
  const result = await query<{ young: boolean }>(
    db,
    `select now() - pg_postmaster_start_time() < ? * interval '1 second' as young`,
    [graceSeconds],
  );
  return result.rows[0]?.young ?? false;
}
