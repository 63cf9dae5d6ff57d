/** Keeps two commands from moving one portal at the same time: the copy of one would replace what the other has sent after its own. */
import { Client } from 'pg';
import { keepalives, sessionTo } from '../session.ts';

/**
 * Runs `work` while no other command can do so for this portal. The server frees the lock when the command ends, however it ends. Returns null,
 * without running `work`, when another command has the lock. Throws what the driver and `work` throw.
 *
 * @param directoryUrl the database that all commands share
 */
export async function whileMoving<T>(directoryUrl: string, portal: string, work: () => Promise<T>): Promise<T | null> {
  const client = new Client({
    ...sessionTo(directoryUrl, 'bot-bridge cli', keepalives),
    connectionTimeoutMillis: 5_000,
  });
  // A broken connection may emit an error at any time, and an unhandled one would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ is_ours: boolean }>(
      `select pg_try_advisory_lock(hashtextextended('bot-bridge move ' || $1, 0)) as is_ours`,
      [portal],
    );
    return rows[0]?.is_ours === true ? await work() : null;
  } finally {
    await client.end().catch(() => undefined);
  }
}
