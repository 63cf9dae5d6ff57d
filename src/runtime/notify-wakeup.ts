/** Sends wakeups to other processes and receives theirs, where one process accepts events and another processes them. */

import type { Logger } from '../lib/logger.ts';
import { type Db, isDatabaseAway } from '../store/database.ts';
import { listenForWork, type Notices, notifyQueue } from '../store/queue/notify.ts';
import type { RecentFacts } from './recent-facts.ts';
import { createWakeup, type Wakeup, type Wakeups } from './wakeup.ts';
import { startWorkLoop, type WorkLoop } from './work-loop.ts';

/** NOTIFY takes a lock at commit, so at most one is sent in this many milliseconds; the first is sent at once. */
const throttleMs = 20;

/** A wakeup that reaches other processes. */
export function createNotifyWakeup(db: Db, queue: 'inbox' | 'outbox', log: Logger): Wakeup {
  const near = createWakeup();
  let isPlanned = false;
  let toldAt = Number.NEGATIVE_INFINITY;
  async function tell(): Promise<void> {
    isPlanned = false;
    toldAt = performance.now();
    try {
      await notifyQueue(db, queue);
    } catch (error) {
      // Only a hint: the workers poll anyway. The loops log that the database is away.
      if (!isDatabaseAway(error)) log.warn({ err: error }, 'other processes could not be told of new work');
    }
  }
  return {
    ...near,
    ring() {
      near.ring();
      if (isPlanned) return;
      const waitMs = toldAt + throttleMs - performance.now();
      if (waitMs <= 0) return void tell();
      isPlanned = true;
      setTimeout(() => void tell(), waitMs);
    },
  };
}

/** Rings this process's wakeups when another process reports work, and drops connector state that another process has changed. */
export function startNotifyListener(url: string, wakeups: Wakeups, recent: RecentFacts, log: Logger): WorkLoop {
  const notices: Notices = {
    onWork: (queue) => wakeups[queue].ring(),
    onFacts: (connectionId) => recent.forget(connectionId),
  };
  return startWorkLoop({
    name: 'notify listener',
    log,
    pollMs: 1_000,
    round: (signal) => listenForWork(url, notices, signal),
  });
}
