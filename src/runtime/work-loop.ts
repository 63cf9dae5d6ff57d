/** A loop that takes work while there is some, sleeps while there is none, and survives a database that goes away. */

import { systemClock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { isDatabaseAway } from '../store/database.ts';
import { createWakeup, type Wakeup } from './wakeup.ts';

export interface WorkLoop {
  /** Takes no more work; resolves when what was taken is finished. */
  stop(): Promise<void>;
}

export interface WorkLoopOptions {
  readonly name: string;
  /** Ends a sleep; absent for work that nothing announces. */
  readonly wakeup?: Wakeup | undefined;
  readonly log: Logger;
  /** How long the loop sleeps before its first round; 0 when absent. */
  readonly firstMs?: number | undefined;
  /** Longest sleep without a wakeup: other processes' work and due retries are found by then. */
  readonly pollMs: number;
  /**
   * Does one round; true when there may be more to do now. If it throws, it must not leave work half taken.
   *
   * @param isPoll the loop has slept for `pollMs` without a hint that there is work
   */
  readonly round: (signal: AbortSignal, isPoll: boolean) => Promise<boolean> | Promise<void>;
}

/** How long to wait before a database that is away is tried again. */
const awayPauseMs = 500;

export function startWorkLoop(options: WorkLoopOptions): WorkLoop {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { wakeup = createWakeup() } = options;
  let wasAway = false;
  let isPoll = false;

  async function once(): Promise<void> {
    try {
      const hadWork = await options.round(signal, isPoll);
      if (wasAway) options.log.info({ loop: options.name }, 'the database is back');
      wasAway = false;
      isPoll = hadWork !== true && !(await wakeup.wait(options.pollMs, signal));
    } catch (error) {
      const isAway = isDatabaseAway(error);
      if (!isAway) options.log.error({ loop: options.name, err: error }, 'a round of work failed; trying again');
      else if (!wasAway) options.log.warn({ loop: options.name, err: error }, 'the database is away; waiting for it');
      wasAway = isAway;
      isPoll = false;
      await systemClock.sleep(awayPauseMs, signal);
    }
  }

  async function run(): Promise<void> {
    if (options.firstMs !== undefined) await systemClock.sleep(options.firstMs, signal);
    while (!signal.aborted) await once();
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

export interface Pace {
  readonly log: Logger;
  readonly writeMs?: number | undefined;
}

export interface WritingOptions extends Pick<WorkLoopOptions, 'name' | 'log' | 'pollMs'> {
  readonly write: () => Promise<void>;
  /** Called where the database is away at the last writing. */
  readonly onLost?: (error: unknown) => void;
}

/** Writes at intervals, and once more when it is stopped. */
export function startWriting({ write, onLost, ...options }: WritingOptions): WorkLoop {
  const loop = startWorkLoop({ ...options, round: write });
  return {
    async stop() {
      await loop.stop();
      await write().catch((error: unknown) => {
        if (!isDatabaseAway(error)) throw error;
        onLost?.(error);
      });
    },
  };
}
