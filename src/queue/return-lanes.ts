/**
 * Gives back lanes that a write may have claimed before its connection broke off. While the database is away, every write ends like that: the
 * lanes of all these writes are kept, without what was to be written, and given back by one statement when the database is back.
 */
import type { Logger } from '../lib/logger.ts';
import { isDatabaseAway, type Pool } from '../store/database.ts';
import { type HeldLane, type LaneId, type QueueName, returnLanes } from '../store/queue/lanes.ts';
import type { RetryWriteOptions } from './retry-write.ts';

/** Adds lanes that the claim `holder` may have. Never throws. */
export type ReturnLanes = (lanes: readonly LaneId[], holder: string) => void;

export interface ReturnLanesOptions {
  readonly db: Pool;
  readonly queue: QueueName;
  /** The lease of the claims: when it ends, their lanes become free by themselves. */
  readonly leaseSeconds: number;
  readonly retry: RetryWriteOptions;
  readonly log: Logger;
}

/** Most lanes that are kept; further ones become free when their lease ends. */
const maxKept = 10_000;

const retryMs = 250;

export function createReturnLanes(options: ReturnLanesOptions): ReturnLanes {
  const { leaseSeconds, retry, log } = options;
  let kept: Kept[] = [];
  let isRunning = false;
  return (lanes, holder) => {
    const until = retry.clock.monotonicMs() + leaseSeconds * 1_000;
    const added = lanes.slice(0, maxKept - kept.length);
    for (const { portal, lane } of added) kept.push({ portal, lane, holder, until });
    if (added.length < lanes.length)
      log.warn({ lanes: lanes.length - added.length }, 'lanes wait until their lease ends');
    if (!isRunning && kept.length > 0) void run();
  };

  async function run(): Promise<void> {
    isRunning = true;
    while (kept.length > 0) {
      const tried = kept.length;
      if ((await attempt(options, kept.slice(0, tried))) || retry.stopping.aborted) kept = kept.slice(tried);
      else {
        const now = retry.clock.monotonicMs();
        kept = kept.filter(({ until }) => until > now);
        await retry.clock.sleep(retryMs, retry.stopping);
      }
    }
    isRunning = false;
  }
}

type Kept = HeldLane & { readonly until: number };

/** False: the database is away. */
async function attempt({ db, queue, log }: ReturnLanesOptions, lanes: readonly HeldLane[]): Promise<boolean> {
  try {
    await returnLanes(db, queue, lanes);
    return true;
  } catch (error) {
    if (isDatabaseAway(error)) return false;
    log.warn({ queue, err: error }, 'lanes could not be given back; they are free when their lease ends');
    return true;
  }
}
