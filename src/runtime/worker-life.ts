/**
 * Proves to other processes that this worker is alive, and frees the leases of dead workers: their dialogs continue within a second or two
 * instead of when the lease ends. The proof is a lock that the database server drops with this worker's connection (`store/queue/workers.ts`).
 */
import type { Logger } from '../lib/logger.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { lockWorker, releaseDeadWorkers, type WorkerLock } from '../store/queue/workers.ts';
import type { Wakeups } from './wakeup.ts';
import { createWakeup } from './wakeup.ts';
import { startWorkLoop, type WorkLoop } from './work-loop.ts';

export interface WorkerLifeOptions {
  readonly db: Pool;
  readonly url: string;
  /** The worker's id; its leases are marked `<id>:…`. */
  readonly owner: string;
  /** This process has started the database server itself. */
  readonly isServerOurs: boolean;
  readonly wakeups: Wakeups;
  readonly log: Logger;
  readonly pollMs?: number | undefined;
}

export interface WorkerLife extends WorkLoop {
  /** Resolves after the first attempt, successful or not. Anything leased later is freed if this process dies. */
  readonly begun: Promise<void>;
  /** Grows whenever the proof is lost: what was leased in an earlier term may have been freed for others. */
  term(): number;
}

/** How often dead workers are looked for. */
const usualPollMs = 1_000;

/** Begins at once and runs until it is stopped; renews a lost proof. */
export function startWorkerLife(options: WorkerLifeOptions): WorkerLife {
  let lock: WorkerLock | null = null;
  let term = 0;
  let isFirst = true;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const wakeup = createWakeup();

  async function hold(): Promise<void> {
    const held = await lockWorker(options.url, options.owner);
    lock = held;
    void held.lost.then(() => {
      if (lock !== held) return;
      lock = null;
      term += 1;
      wakeup.ring();
    });
  }

  async function once(): Promise<string[]> {
    if (lock === null) await hold();
    const isServerOurs = options.isServerOurs && isFirst;
    const dead = await inTransaction(options.db, (trx) => releaseDeadWorkers(trx, isServerOurs));
    isFirst = false;
    return dead;
  }

  const loop = startWorkLoop({
    name: 'worker life',
    wakeup,
    log: options.log,
    pollMs: options.pollMs ?? usualPollMs,
    round: async () => {
      const dead = await once().finally(begin);
      if (dead.length === 0) return false;
      options.log.warn({ workers: dead }, 'workers have died; what they had leased is free again');
      options.wakeups.inbox.ring();
      options.wakeups.outbox.ring();
      return false;
    },
  });

  return {
    begun,
    term: () => term,
    async stop() {
      await loop.stop();
      const held = lock;
      lock = null;
      await held?.release().catch((error: unknown) => {
        options.log.warn({ err: error }, 'the worker could not be taken off the list; others will see that it is gone');
      });
    },
  };
}
