/** PostgreSQL's NOTIFY as a hint between processes: there may be work. Whoever misses it finds the work by polling. */
import { Client } from 'pg';
import { type Db, query } from '../database.ts';
import type { QueueName } from './lanes.ts';

const channelOf = (queue: QueueName): string => `bridge_${queue}`;

/** Tells all listening processes. One per commit is plenty: callers throttle. */
export async function notifyQueue(db: Db, queue: QueueName): Promise<void> {
  await query(db, 'select pg_notify(?, ?)', [channelOf(queue), '']);
}

const factsChannel = 'bridge_facts';

/** Tells all listening processes that facts of this connection have changed. */
export async function notifyFacts(db: Db, connectionId: string): Promise<void> {
  await query(db, 'select pg_notify(?, ?)', [factsChannel, connectionId]);
}

/** What is heard. */
export interface Notices {
  onWork(queue: QueueName): void;
  /** A connection's facts have changed; null: some may have, while nobody listened. */
  onFacts(connectionId: string | null): void;
}

/**
 * Listens on a connection of its own until `signal` aborts; resolves when the connection ends, for whatever reason. The caller
 * starts it again.
 */
export async function listenForWork(url: string, notices: Notices, signal: AbortSignal): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: 'bot-bridge listener',
    connectionTimeoutMillis: 5_000,
  });
  const ended = new Promise<void>((resolve) => {
    client.once('end', resolve);
    // Heard each time, for a broken connection reports itself more than once and an unheard error ends the process. What broke it
    // is told by the loops that use the pool.
    client.on('error', () => resolve());
  });
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  try {
    await client.connect();
    client.on('notification', ({ channel, payload }) => {
      if (channel === factsChannel) notices.onFacts(payload ?? null);
      else notices.onWork(channel === channelOf('outbox') ? 'outbox' : 'inbox');
    });
    await client.query(`listen ${channelOf('inbox')}; listen ${channelOf('outbox')}; listen ${factsChannel}`);
    notices.onFacts(null);
    await Promise.race([ended, aborted]);
  } finally {
    // A connection that is broken already has nothing to be ended politely.
    await Promise.race([client.end(), ended]);
  }
}
