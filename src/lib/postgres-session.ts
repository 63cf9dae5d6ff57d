/**
 * Speaks SQL to the embedded server: makes its one database, and holds the lock that says which application uses the server. The lock
 * belongs to a connection, so the server drops it when that application dies, however it dies.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from './logger.ts';

export interface ServerLock {
  /** Runs `last` while the lock still keeps others out, and then releases it. */
  release(last?: () => Promise<void>): Promise<void>;
}

/** The name of the database every embedded server has. */
const database = 'bridge';

/** Any number, as long as it stays the same. */
const lockKey = 2_026_112_101;

/** The process that started a server connects within milliseconds; other processes leave a server younger than this to that process. */
const youngSeconds = 2;

/** The starter waits longer, because nobody else will take the server: on a loaded machine, a new server's first connection takes time. */
const connectMs = { starter: 30_000, others: 5_000 };

/** After a crash of one of its processes the server drops all connections and comes back within seconds. */
const againMs = 500;

/**
 * Takes the server for this process. `held`: another application uses it. `young`: the process that has just started the server comes first;
 * try again. Throws what pg throws when the server cannot be entered.
 *
 * @param url the address of the server's database `postgres`
 * @param isStarter this process has started the server
 */
export async function lockServer(url: string, isStarter: boolean, log: Logger): Promise<ServerLock | 'held' | 'young'> {
  const first = await tryLock(url, isStarter);
  if (typeof first === 'string') return first;
  let { client, ended } = first;
  const releasing = new AbortController();
  const { signal } = releasing;
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      await ended;
      await sleep(againMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      // If the server is away, try again.
      const again = await tryLock(url, true).catch(() => null);
      if (again === null) continue;
      if (typeof again === 'string') {
        log.error('another application uses the embedded PostgreSQL since its connections were dropped');
        return;
      }
      ({ client, ended } = again);
    }
  };
  void keep();
  return {
    async release(last) {
      releasing.abort();
      await last?.();
      await client.end();
    },
  };
}

interface Session {
  readonly client: pg.Client;
  readonly ended: Promise<void>;
}

async function tryLock(url: string, isStarter: boolean): Promise<Session | 'held' | 'young'> {
  const connectionTimeoutMillis = isStarter ? connectMs.starter : connectMs.others;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis, query_timeout: 30_000 });
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  client.once('end', end);
  // An error ends the connection too, so `end` handles it; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ is_ours: boolean | null }>(
      `select case when $1 or now() - pg_postmaster_start_time() > $2 * interval '1 second'
         then pg_try_advisory_lock($3) end as is_ours`,
      [isStarter, youngSeconds, lockKey],
    );
    const isOurs = rows[0]?.is_ours ?? null;
    if (isOurs === true) {
      await ensureDatabase(client);
      // The connection must not keep the application alive.
      (client as pg.Client & { unref(): void }).unref();
      return { client, ended };
    }
    await client.end();
    return isOurs === null ? 'young' : 'held';
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
  if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
}
