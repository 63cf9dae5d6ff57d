/**
 * Processes the inbox: claims lanes, reads their events, applies the bridge (`process-event.ts`), and writes all decisions in one transaction
 * with the events' completion. It makes no network calls: outgoing actions go to the outbox.
 */
import type { Conversation } from '../core/conversation.ts';
import { AppError, toAppError } from '../core/errors.ts';
import { decideRetry, eventRetry } from '../core/retry.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { HourlyFigures } from '../runtime/hourly-figures.ts';
import { type MaybeTracing, recordProcessed } from '../runtime/message-spans.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import { isDatabaseAway } from '../store/database.ts';
import { type ClaimedLane, hasReadyLanes } from '../store/queue/claim-lanes.ts';
import { moveHeld } from '../store/queue/held-events.ts';
import { type ClaimedEvent, claimInbox, type EventResult } from '../store/queue/inbox.ts';
import { dialogOf, isHeld, isUnbound } from '../store/queue/lane-names.ts';
import type { NewAction } from '../store/queue/outbox.ts';
import type { ReportedFailure } from '../store/queue/reported-failures.ts';
import { type ConversationId, conversationKey, readConversations } from '../store/tenants/conversations.ts';
import type { StoredFollowUpChange } from '../store/tenants/follow-ups.ts';
import { type BodyLoader, createBodyLoader } from './body-loader.ts';
import { createPlace, type WorkerPlaces } from './direct-claims.ts';
import { createFullScanSchedule, type FullScanSchedule } from './full-scan-schedule.ts';
import { type ProcessEventOptions, processEvent } from './process-event.ts';
import { ownSource } from './read-event.ts';
import { type RetryWriteOptions, retryWrite } from './retry-write.ts';
import { createReturnLanes } from './return-lanes.ts';
import { routeUnmatched } from './route-unmatched.ts';
import { type LaneResult, nothingDone, writeSeparately } from './write-inbox-results.ts';

export interface InboxWorkerOptions extends ProcessEventOptions {
  readonly owner: string;
  readonly metrics: Metrics;
  readonly figures: Pick<HourlyFigures, 'count'>;
  readonly tracing?: MaybeTracing;
  readonly wakeups: Wakeups;
  readonly places: WorkerPlaces;
  readonly clock: Clock;
  readonly log: Logger;
  readonly loops: number;
  readonly pollMs?: number | undefined;
}

/** Lanes and rows of one round: the bench `drain` showed no gain from more. The lease is far longer than a round takes. */
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
 * If the first event of a lane was started more often than this and never ended, it apparently kills its process: it becomes a dead letter.
 * An event is also started again when its worker was killed for other reasons, so the limit is not lower.
 */
const maxStarts = 10;

/** What the loops of one process share. */
interface Shared extends InboxWorkerOptions {
  readonly bodies: BodyLoader;
  /** Rounds under way, and reserved places. */
  readonly load: { rounds: number };
}

/** What the lanes of one round share. */
interface RoundContext extends Shared {
  /** True when it is too late to begin a large event. */
  readonly isLate: () => boolean;
}

export function startInboxWorker(options: InboxWorkerOptions): readonly WorkLoop[] {
  const shared = { ...options, bodies: createBodyLoader(options.db), load: { rounds: 0 } };
  const loops = Array.from({ length: options.loops }, (_, index) => {
    const turns = createFullScanSchedule(options.clock);
    let claims = 0;
    return startWorkLoop({
      name: `inbox ${index}`,
      wakeup: options.wakeups.inbox,
      log: options.log,
      pollMs: options.pollMs ?? usualPollMs,
      round: async (signal, isPoll) => {
        if (isPoll && !(await hasReadyLanes(options.db, 'inbox'))) return false;
        claims += 1;
        return await processRound(shared, { holder: `${options.owner}:i${index}.${claims}`, turns, signal });
      },
    });
  });
  return [...loops, openPlaces(shared)];
}

/** Gives places to direct claims while fewer rounds are under way than there are loops. Stopping waits for the work in all of them. */
function openPlaces(shared: Shared): WorkLoop {
  const { db, owner, clock, log, load } = shared;
  const stopping = new AbortController();
  const { leaseSeconds } = limits;
  const retry = { clock, stopping: stopping.signal };
  const returnLanes = createReturnLanes({ db, queue: 'inbox', leaseSeconds, retry, log });
  const open = new Set<Promise<void>>();
  let claims = 0;
  shared.places.inbox.open(() => {
    if (stopping.signal.aborted || load.rounds >= shared.loops) return null;
    load.rounds += 1;
    claims += 1;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    open.add(ended);
    const work = async (lanes: readonly ClaimedLane<ClaimedEvent>[]): Promise<void> => {
      try {
        if (lanes.length > 0 && (await workLanes(shared, lanes, stopping.signal))) shared.wakeups.inbox.ring();
      } catch (error) {
        log.error({ lanes: lanes.length, err: error }, 'a round of directly claimed lanes failed');
      } finally {
        load.rounds -= 1;
        open.delete(ended);
        end();
      }
    };
    const begin = (lanes: readonly ClaimedLane<ClaimedEvent>[]): void => void work(lanes);
    return createPlace({ leaseSeconds, returnLanes, work: begin }, `${owner}:h.${claims}`);
  });
  return {
    async stop() {
      stopping.abort();
      await Promise.all(open);
    },
  };
}

interface Round {
  readonly holder: string;
  readonly turns: FullScanSchedule;
  /** Aborts when the loop is to stop. */
  readonly signal: AbortSignal;
}

/** True when something is left that can be worked on at once. */
async function processRound(options: Shared, { holder, turns, signal }: Round): Promise<boolean> {
  options.load.rounds += 1;
  try {
    const claim = await claimInbox(options.db, { ...limits, holder, everyDestination: turns.isDue() });
    turns.record(claim);
    if (claim.lanes.length === 0) return false;
    // Another loop can take from the rest meanwhile.
    if (claim.hasLeft) options.wakeups.inbox.ring();
    const hasMore = await workLanes(options, claim.lanes, signal);
    return claim.hasLeft || hasMore;
  } finally {
    options.load.rounds -= 1;
  }
}

/** Works on claimed lanes and writes the results. True when one of them, or one they have made ready, can be worked on at once. */
async function workLanes(
  options: Shared,
  claimed: readonly ClaimedLane<ClaimedEvent>[],
  signal: AbortSignal,
): Promise<boolean> {
  const waiting = { clock: options.clock, stopping: signal };
  for (const lane of claimed) if (isHeld(lane.lane)) await moveHeldLane(options, lane, waiting);
  const lanes = claimed.filter((lane) => !isHeld(lane.lane));
  if (lanes.length === 0) return true;
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
  const written = { ...options, outboxPlaces: options.places.outbox };
  const hasMore = await retryWrite(() => writeSeparately(written, works), waiting);
  return hasMore || lanes.length < claimed.length;
}

/** Moves the events of a held lane. A lane that cannot be moved is free when its lease ends; the others of the round go on. */
async function moveHeldLane(
  { db, log }: Shared,
  lane: ClaimedLane<ClaimedEvent>,
  waiting: RetryWriteOptions,
): Promise<void> {
  try {
    await retryWrite(() => moveHeld(db, lane), waiting);
  } catch (error) {
    log.error({ lane: lane.lane, attempts: lane.attempts, err: error }, 'events that were held could not be moved');
  }
}

/** An unexpected error in one lane delays that lane only; the others of the round are still written. */
function deferLane(options: Shared, lane: ClaimedLane<ClaimedEvent>, error: unknown): LaneResult {
  const isAway = isDatabaseAway(error);
  options.log.error({ lane: lane.lane, attempts: lane.attempts, err: error }, 'an inbox lane could not be processed');
  const done = (lane.rows[0]?.seq ?? 1) - 1;
  const { portal, lane: key, holder } = lane;
  return nothingDone({ portal, lane: key, holder, done, delayMs: isAway ? 0 : failedLaneMs, isFree: isAway });
}

const conversationIdOf = (lane: { portal: string; lane: string }): ConversationId => ({
  portal: lane.portal,
  ...dialogOf(lane.lane),
});
const isDialog = (id: ConversationId): boolean => id.botCode !== '';

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
    const span = { startedAt: performance.now(), isOwn: row.source === ownSource };
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
      recordProcessed(options.tracing, row, { ...span, outcome: worked.outcome, failure: null });
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
      const failure = retry.again || isFree ? 'again' : 'dead_letter';
      recordProcessed(options.tracing, row, { ...span, outcome: error.code, failure });
      if (failure === 'again') {
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
