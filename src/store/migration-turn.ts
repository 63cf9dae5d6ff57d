/**
 * Lets one process at a time migrate a database. The lock that knex writes into its own table is not enough: two processes collide where that table is
 * missing, and with a migration that runs outside of a transaction the lock stays behind when the process is killed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { keepalives, sessionTo } from './session.ts';

/** Per schema, because installations may share a database. */
const tryLock = `select pg_try_advisory_lock(hashtextextended('bot-bridge migration ' || current_setting('search_path'), 0)) as is_ours`;

const againMs = 250;

/** Waits, for as long as it takes, until no other process migrates, and then runs `work`. Throws what the driver throws. */
export async function inTurnToMigrate(databaseUrl: string, work: () => Promise<void>): Promise<void> {
  const client = new Client({ ...sessionTo(databaseUrl, 'bot-bridge', keepalives), connectionTimeoutMillis: 5_000 });
  // A broken connection may emit an error at any time, and an unhandled one would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    // Asked again and again: the indexes that the other process is making would wait for a statement that waits for the lock.
    while (!(await isOurs(client))) await sleep(againMs);
    await work();
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function isOurs(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ is_ours: boolean }>(tryLock);
  return rows[0]?.is_ours ?? false;
}
