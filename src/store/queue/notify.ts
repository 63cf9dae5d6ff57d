/** Wakeups between processes through PostgreSQL's NOTIFY. They are hints: a process that misses one finds the work by polling. */
import { Client } from 'pg';
import { type Db, query } from '../database.ts';
import { sessionTo } from '../session.ts';
import type { QueueName } from './lanes.ts';

const channelOf = (queue: QueueName): string => `bridge_${queue}`;

/**
 * SQL: the ending of channel names, which tells schemas apart, because channels belong to the whole database. Empty for `public`; for other
 * schemas a hash, so that the name is not too long.
 */
const ending = `case when current_schema() = 'public' then '' else '_' || md5(current_schema()) end`;

/**
 * Notifies all listening processes. Callers throttle this: one notification per commit is enough. The commit does not wait for the disk, because
 * a notification that a crash loses does no harm.
 */
export async function notifyQueue(db: Db, queue: QueueName): Promise<void> {
  await query(db, `select set_config('synchronous_commit', 'off', true), pg_notify(? || ${ending}, ?)`, [
    channelOf(queue),
    '',
  ]);
}

const factsChannel = 'bridge_facts';

/** Notifies all listening processes that the connector state of this connection has changed. */
export async function notifyFacts(db: Db, connectionId: string): Promise<void> {
  await query(db, `select pg_notify(? || ${ending}, ?)`, [factsChannel, connectionId]);
}

/** Handlers of notifications. */
export interface Notices {
  onWork(queue: QueueName): void;
  /** Called with the connection whose connector state has changed, or with null after a gap in listening, when any may have. */
  onFacts(connectionId: string | null): void;
}

/**
 * Listens on a connection of its own until `signal` aborts. Resolves when the connection ends for any reason; the caller calls it again.
 */
export async function listenForWork(url: string, notices: Notices, signal: AbortSignal): Promise<void> {
  const client = new Client({
    ...sessionTo(url, 'bot-bridge listener'),
    connectionTimeoutMillis: 5_000,
  });
  const ended = new Promise<void>((resolve) => {
    client.once('end', resolve);
    // A broken connection emits more than one error, and an unhandled one would end the process. The cause is logged by the loops that
    // use the pool.
    client.on('error', () => resolve());
  });
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  try {
    await client.connect();
    const ours = await client.query<{ ending: string }>(`select ${ending} as ending`);
    const end = ours.rows[0]?.ending ?? '';
    client.on('notification', ({ channel, payload }) => {
      if (channel === `${factsChannel}${end}`) notices.onFacts(payload ?? null);
      else notices.onWork(channel === `${channelOf('outbox')}${end}` ? 'outbox' : 'inbox');
    });
    const channels = [channelOf('inbox'), channelOf('outbox'), factsChannel];
    await client.query(channels.map((channel) => `listen ${channel}${end}`).join('; '));
    notices.onFacts(null);
    await Promise.race([ended, aborted]);
  } finally {
    // A broken connection cannot be closed cleanly.
    await Promise.race([client.end(), ended]);
  }
}
