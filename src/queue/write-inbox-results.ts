/** Writes what the events of inbox lanes have led to: outcomes, conversations, follow-ups and actions, in one transaction. */
import type { Conversation } from '../core/conversation.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, isDataFault, type Pool } from '../store/database.ts';
import { closeEvents, type EventResult } from '../store/queue/inbox.ts';
import { finishLanes, type LaneProgress } from '../store/queue/lanes.ts';
import { appendActions, type NewAction } from '../store/queue/outbox.ts';
import { type ReportedFailure, recordReportedFailures, wakeOutboxLanes } from '../store/queue/reported-failures.ts';
import { saveConversations } from '../store/tenants/conversations.ts';
import { type StoredFollowUpChange, saveFollowUps } from '../store/tenants/follow-ups.ts';

/** Everything computed for one lane, to be written if the lane is still ours. */
export interface LaneResult {
  readonly progress: LaneProgress;
  readonly results: readonly EventResult[];
  readonly actions: readonly NewAction[];
  readonly failures: readonly ReportedFailure[];
  /** Absent: none is set or cancelled. */
  readonly followUps?: readonly StoredFollowUpChange[];
  readonly conversation: Conversation | null;
}

interface WriteOptions {
  readonly db: Pool;
  readonly metrics: Metrics;
  readonly wakeups: Pick<Wakeups, 'outbox'>;
  readonly log: Logger;
}

export function nothingDone(progress: LaneProgress): LaneResult {
  return { progress, results: [], actions: [], failures: [], conversation: null };
}

/**
 * If the data of one lane cannot be written, each lane is written by itself; the events of the bad one are processed one by one, and the one
 * that cannot be written becomes a dead letter.
 */
export async function writeSeparately(options: WriteOptions, works: readonly LaneResult[]): Promise<void> {
  try {
    await write(options, works);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    const [only, another] = works;
    if (only === undefined) return;
    if (another !== undefined) {
      for (const work of works) await writeSeparately(options, [work]);
      return;
    }
    const { portal, lane, holder } = only.progress;
    const seq = only.results[0]?.seq ?? only.progress.done + 1;
    if (only.results.length > 1) {
      // Any of its events may be the bad one. A lane whose head has not moved is claimed with its first event alone.
      options.log.warn({ lane, err: error }, 'a lane cannot be written; its events are processed one by one');
      await write(options, [nothingDone({ portal, lane, holder, done: seq - 1, delayMs: 0 })]);
      return;
    }
    options.log.error({ lane, err: error }, 'an event cannot be written; it becomes a dead letter');
    const results = [{ portal, lane, seq, state: 'dead_letter' as const, outcome: 'inbox.unwritable' }];
    await write(options, [{ ...nothingDone({ portal, lane, holder, done: seq, delayMs: 0 }), results }]);
  }
}

/** Writes all lanes in one transaction; lanes that another worker has claimed meanwhile are skipped. */
async function write(options: WriteOptions, works: readonly LaneResult[]): Promise<void> {
  const written = await inTransaction(options.db, async (trx) => {
    const isHeld = await finishLanes(
      trx,
      'inbox',
      works.map((work) => work.progress),
    );
    const held = works.filter((work) => isHeld(work.progress));
    const results = held.flatMap((work) => work.results);
    if (results.length > 0) await closeEvents(trx, results);
    await saveConversations(
      trx,
      held.flatMap((work) =>
        work.conversation === null ? [] : [{ portal: work.progress.portal, conversation: work.conversation }],
      ),
    );
    await recordReportedFailures(
      trx,
      held.flatMap((work) => work.failures),
    );
    await saveFollowUps(
      trx,
      held.flatMap((work) => work.followUps ?? []),
    );
    await appendActions(
      trx,
      held.flatMap((work) => work.actions),
    );
    return held;
  });
  if (written.some((work) => work.actions.length > 0)) options.wakeups.outbox.ring();
  const failures = written.flatMap((work) => work.failures);
  // An action that waits for its next attempt is withdrawn now instead of then.
  if (failures.length > 0) {
    await wakeOutboxLanes(options.db, failures);
    options.wakeups.outbox.ring();
  }
  if (written.length < works.length) {
    options.metrics.leasesLost.inc({ queue: 'inbox' }, works.length - written.length);
    options.log.warn({ lanes: works.length - written.length }, 'inbox leases were lost; other workers have the lanes');
  }
  for (const result of written.flatMap((work) => work.results)) {
    options.metrics.events.inc({ outcome: result.state === 'done' ? result.outcome : result.state });
  }
}
