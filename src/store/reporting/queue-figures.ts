/** The figures about the queues that `/metrics` shows, read in bounded time. */
import { inTransaction, type Pool, query } from '../database.ts';
import { measureQueue } from '../queue/lanes.ts';
import { countDeadLetters } from './history.ts';

export interface QueueFigures {
  readonly inbox: { readonly rows: number; readonly oldestSeconds: number };
  readonly outbox: { readonly rows: number; readonly oldestSeconds: number };
  readonly deadLetters: { readonly inbox: number; readonly outbox: number; readonly unknown: number };
}

/** Reads all figures. Statements are limited to two seconds each; throws the database's error when one takes longer. */
export async function readQueueFigures(db: Pool): Promise<QueueFigures> {
  return await inTransaction(db, async (trx) => {
    await query(trx, `select set_config('statement_timeout', '2s', true)`);
    const inbox = await measureQueue(trx, 'inbox');
    const outbox = await measureQueue(trx, 'outbox');
    return { inbox, outbox, deadLetters: await countDeadLetters(trx) };
  });
}
