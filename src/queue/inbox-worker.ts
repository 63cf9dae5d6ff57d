/**
 * Processes the inbox: claims lanes, reads their events, applies the bridge (`process-event.ts`), and writes all decisions in one transaction
 * with the events' completion. It makes no network calls: outgoing actions go to the outbox.
 */
import type { Conversation } from '../core/conversation.ts';
import { AppError, toAppError } from '../core/errors.ts';
import { decideRetry, eventRetry } from '../core/retry.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import { inTransaction, isDatabaseAway, isDataFault } from '../store/database.ts';
import type { ClaimedLane } from '../store/queue/claim-lanes.ts';
import { type ClaimedEvent, claimInbox, closeEvents, type EventResult } from '../store/queue/inbox.ts';
import { dialogOf, isUnbound } from '../store/queue/lane-names.ts';
import { finishLanes, type LaneProgress } from '../store/queue/lanes.ts';
import { appendActions, type NewAction } from '../store/queue/outbox.ts';
import { type ReportedFailure, recordReportedFailures, wakeOutboxLanes } from '../store/queue/reported-failures.ts';
import {
  type ConversationId,
  conversationKey,
  readConversations,
  saveConversations,
} from '../store/tenants/conversations.ts';
import { type StoredFollowUpChange, saveFollowUps } from '../store/tenants/follow-ups.ts';
import { type BodyLoader, createBodyLoader } from './body-loader.ts';
import { createFullScanSchedule, type FullScanSchedule } from './full-scan-schedule.ts';
import { type ProcessEventOptions, processEvent } from './process-event.ts';
import { retryWrite } from './retry-write.ts';
import { routeUnmatched } from './route-unmatched.ts';

export interface InboxWorkerOptions extends ProcessEventOptions {
  readonly owner: string;
  readonly metrics: Metrics;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly log: Logger;
  readonly loops: number;
  readonly pollMs?: number | undefined;
}

/** Lanes and rows of one round: the bench `drain` showed no gain beyond. The lease is far longer than a round takes. */
const limits = { lanes: 200, rows: 2_000, rowsPerLane: 250, leaseSeconds: 60 };
const usualPollMs = 1_000;

/**
 * After this time a round begins no further large event (one of 4 MB takes a tenth of a second): the other lanes of the round wait to be
 * written, and the lease must not run out.
 */
const largeBodyBudgetMs = 500;

/** Delay of a lane whose processing failed as a whole with an unexpected error. */
const failedLaneMs = 5_000;

/**
 * The first event of a lane that was started so often without ever ending apparently ends its process: it becomes a dead letter. Workers
 * that are killed for other reasons start it again too, so the limit is not lower.
 */
const maxStarts = 10;

/** Everything computed for one lane, to be written if the lane is still ours. */
interface LaneResult {
  readonly progress: LaneProgress;
  readonly results: readonly EventResult[];
  readonly actions: readonly NewAction[];
  readonly failures: readonly ReportedFailure[];
  /** Absent: none is set or cancelled. */
  readonly followUps?: readonly StoredFollowUpChange[];
  readonly conversation: Conversation | null;
}

/** What the loops of one process share. */
interface Shared extends InboxWorkerOptions {
  readonly bodies: BodyLoader;
}

/** What the lanes of one round share. */
interface RoundContext extends Shared {
  /** True when it is too late to begin a large event. */
  readonly isLate: () => boolean;
}

export function startInboxWorker(options: InboxWorkerOptions): readonly WorkLoop[] {
  const shared = { ...options, bodies: createBodyLoader(options.db) };
  return Array.from({ length: options.loops }, (_, index) => {
    const turns = createFullScanSchedule(options.clock);
    let claims = 0;
    return startWorkLoop({
      name: `inbox ${index}`,
      wakeup: options.wakeups.inbox,
      log: options.log,
      pollMs: options.pollMs ?? usualPollMs,
      round: (signal) => {
        claims += 1;
        return processRound(shared, { holder: `${options.owner}:i${index}.${claims}`, turns, signal });
      },
    });
  });
}

interface Round {
  readonly holder: string;
  readonly turns: FullScanSchedule;
  /** Aborts when the loop is to stop. */
  readonly signal: AbortSignal;
}

async function processRound(options: Shared, { holder, turns, signal }: Round): Promise<boolean> {
  const claim = await claimInbox(options.db, { ...limits, holder, everyDestination: turns.isDue() });
  turns.record(claim);
  const { lanes } = claim;
  if (lanes.length === 0) return false;
  const waiting = { clock: options.clock, stopping: signal };
  // The claimed lanes stay leased for a minute, so a database that returns within that time finds the round still valid.
  const conversations = await retryWrite(
    () => readConversations(options.db, lanes.map(conversationIdOf).filter(isDialog)),
    waiting,
  );
  const late = options.clock.monotonicMs() + largeBodyBudgetMs;
  const inRound = { ...options, isLate: () => options.clock.monotonicMs() >= late };
  const works = await Promise.all(
    lanes.map((lane) => {
      const stored = conversations.get(conversationKey(conversationIdOf(lane))) ?? null;
      const work = isUnbound(lane.lane)
        ? routeUnmatched(options.db, lane, inRound)
        : processLane(inRound, lane, stored);
      return work.catch((error: unknown) => deferLane(options, lane, error));
    }),
  );
  await retryWrite(() => writeSeparately(options, works), waiting);
  return true;
}

/** An unexpected error in one lane delays that lane only; the others of the round are still written. */
function deferLane(options: Shared, lane: ClaimedLane<ClaimedEvent>, error: unknown): LaneResult {
  const isAway = isDatabaseAway(error);
  options.log.error({ lane: lane.lane, attempts: lane.attempts, err: error }, 'an inbox lane could not be processed');
  const done = (lane.rows[0]?.seq ?? 1) - 1;
  const { portal, lane: key, holder } = lane;
  return nothingDone({ portal, lane: key, holder, done, delayMs: isAway ? 0 : failedLaneMs, isFree: isAway });
}

function nothingDone(progress: LaneProgress): LaneResult {
  return { progress, results: [], actions: [], failures: [], conversation: null };
}

const conversationIdOf = (lane: { portal: string; lane: string }): ConversationId => ({
  portal: lane.portal,
  ...dialogOf(lane.lane),
});
const isDialog = (id: ConversationId): boolean => id.botCode !== '';

/**
 * If the data of one lane cannot be written, each lane is written by itself; the events of the bad one are processed one by one, and the one
 * that cannot be written becomes a dead letter.
 */
async function writeSeparately(options: InboxWorkerOptions, works: readonly LaneResult[]): Promise<void> {
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
async function write(options: InboxWorkerOptions, works: readonly LaneResult[]): Promise<void> {
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

/** What the events of one lane have led to so far. */
interface Decided {
  readonly actions: NewAction[];
  readonly failures: ReportedFailure[];
  readonly followUps: StoredFollowUpChange[];
}

/** Processes a lane's events in order until the last, or until one fails. */
async function processLane(
  options: RoundContext,
  lane: ClaimedLane<ClaimedEvent>,
  stored: Conversation | null,
): Promise<LaneResult> {
  const results: EventResult[] = [];
  const decided: Decided = { actions: [], failures: [], followUps: [] };
  let conversation = stored;
  let done = (lane.rows[0]?.seq ?? 1) - 1;
  let delayMs = 0;
  let isFree = false;
  for (const row of lane.rows) {
    try {
      if (row === lane.rows[0] && lane.attempts > maxStarts) throw startedTooOften(lane.attempts);
      const before = conversation;
      const work = (body: Buffer) => processEvent(options, { ...row, body }, { conversation: before, ...decided });
      const worked = await options.bodies.withBody(row, work, options.isLate);
      if (worked === null) {
        isFree = true;
        break;
      }
      conversation = worked.conversation;
      decided.actions.push(...worked.actions);
      decided.failures.push(...worked.failures);
      decided.followUps.push(...(worked.followUps ?? []));
      results.push({ portal: row.portal, lane: row.lane, seq: row.seq, state: worked.state, outcome: worked.outcome });
      options.metrics.stage.observe(
        { stage: 'inbox' },
        (options.clock.now().getTime() - row.received_at.getTime()) / 1000,
      );
    } catch (thrown) {
      const error = toAppError(thrown);
      const attempts = row === lane.rows[0] ? lane.attempts : 1;
      const retry = decideRetry(error, attempts, eventRetry, Math.random());
      options.log.warn(
        { trace: row.trace, lane: row.lane, attempts, again: retry.again, err: error },
        'an event failed',
      );
      // An unavailable database is no evidence against the event.
      isFree = isDatabaseAway(thrown);
      if (retry.again || isFree) {
        delayMs = retry.again ? retry.delayMs : 0;
        break;
      }
      results.push({ portal: row.portal, lane: row.lane, seq: row.seq, state: 'dead_letter', outcome: error.code });
    }
    done = row.seq;
  }
  const progress = { portal: lane.portal, lane: lane.lane, holder: lane.holder, done, delayMs, isFree };
  return { progress, results, ...decided, conversation: conversation === stored ? null : conversation };
}

/** The event was started many times and its end never recorded, so another attempt would not help. */
function startedTooOften(attempts: number): AppError {
  return new AppError({
    code: 'inbox.attempts_used_up',
    message: `this event was started ${attempts - 1} times, and its end was never recorded`,
    report: true,
  });
}
