/**
 * Works the inbox: takes lanes, reads their events, lets the bridge decide (`work-event.ts`), and writes everything decided in one
 * transaction with the events' completion. No network here: what must go out goes to the outbox.
 */
import type { ConnectorRegistry } from '../connections/connector-registry.ts';
import type { Conversation } from '../core/conversation.ts';
import { AppError, toAppError } from '../core/errors.ts';
import { decideRetry, eventRetry } from '../core/retry.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import { inTransaction, isDatabaseAway, isDataFault, type Pool } from '../store/database.ts';
import type { ClaimedLane } from '../store/queue/claim-lanes.ts';
import { type ClaimedEvent, claimInbox, closeEvents, type EventResult } from '../store/queue/inbox.ts';
import { dialogOf, isUnbound } from '../store/queue/lane-names.ts';
import { finishLanes, type LaneProgress } from '../store/queue/lanes.ts';
import { appendActions, type NewAction } from '../store/queue/outbox.ts';
import { noteToldFailures, type ToldFailure, wakeOutboxLanes } from '../store/queue/told-failures.ts';
import {
  type ConversationId,
  conversationKey,
  readConversations,
  saveConversations,
} from '../store/tenants/conversations.ts';
import { type ClaimTurns, createClaimTurns } from './claim-turns.ts';
import { createLargeBodies, type LargeBodies } from './large-bodies.ts';
import { writeAgain } from './retry-write.ts';
import { routeUnmatched } from './route-unmatched.ts';
import { workEvent } from './work-event.ts';

export interface InboxWorkerOptions {
  readonly db: Pool;
  readonly owner: string;
  readonly portals: PortalCache;
  readonly connectors: Pick<ConnectorRegistry, 'brainOf' | 'connectorById'>;
  readonly metrics: Metrics;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly log: Logger;
  readonly loops: number;
  readonly pollMs?: number | undefined;
}

/** Lanes and rows of one round: bench `drain` showed no gain beyond. The lease is far longer than a round ever takes. */
const limits = { lanes: 200, rows: 2_000, rowsPerLane: 250, leaseSeconds: 60 };
const usualPollMs = 1_000;

/**
 * After so long a round begins no further large event (one of 4 MB takes a tenth of a second): the lanes of everybody else in it wait to
 * be written, and its lease must not run out.
 */
const largeForMs = 500;

/** A lane whose work failed as a whole, for a reason nobody thought of, is left alone for so long. */
const failedLaneMs = 5_000;

/**
 * A head that was begun so often, and whose end nobody has seen, ends its process: it becomes a dead letter. Workers that are killed for
 * other reasons begin a head again too, hence not fewer.
 */
const maxBegun = 10;

/** Everything worked out for one lane, to be written if the lane is still ours. */
interface LaneWork {
  readonly progress: LaneProgress;
  readonly results: readonly EventResult[];
  readonly actions: readonly NewAction[];
  readonly failures: readonly ToldFailure[];
  readonly conversation: Conversation | null;
}

/** What the loops of one process share. */
interface Shared extends InboxWorkerOptions {
  readonly bodies: LargeBodies;
}

/** What the lanes of one round share. */
interface InRound extends Shared {
  /** Whether it is too late to begin a large event. */
  readonly isLate: () => boolean;
}

export function startInboxWorker(options: InboxWorkerOptions): readonly WorkLoop[] {
  const shared = { ...options, bodies: createLargeBodies(options.db) };
  return Array.from({ length: options.loops }, (_, index) => {
    const turns = createClaimTurns(options.clock);
    let claims = 0;
    return startWorkLoop({
      name: `inbox ${index}`,
      wakeup: options.wakeups.inbox,
      log: options.log,
      pollMs: options.pollMs ?? usualPollMs,
      round: (signal) => {
        claims += 1;
        return workRound(shared, { holder: `${options.owner}:i${index}.${claims}`, turns, signal });
      },
    });
  });
}

interface Round {
  readonly holder: string;
  readonly turns: ClaimTurns;
  /** Aborts when the loop is to stop. */
  readonly signal: AbortSignal;
}

async function workRound(options: Shared, { holder, turns, signal }: Round): Promise<boolean> {
  const claim = await claimInbox(options.db, { ...limits, holder, everyDestination: turns.next() });
  turns.seen(claim);
  const { lanes } = claim;
  if (lanes.length === 0) return false;
  const waiting = { clock: options.clock, stopping: signal };
  // What was claimed stays leased for a minute: a database that comes back sooner finds the round where it was.
  const conversations = await writeAgain(
    () => readConversations(options.db, lanes.map(conversationIdOf).filter(isDialog)),
    waiting,
  );
  const late = options.clock.monotonicMs() + largeForMs;
  const inRound = { ...options, isLate: () => options.clock.monotonicMs() >= late };
  const works = await Promise.all(
    lanes.map((lane) => {
      const stored = conversations.get(conversationKey(conversationIdOf(lane))) ?? null;
      const work = isUnbound(lane.lane) ? routeUnmatched(options.db, lane, inRound) : workLane(inRound, lane, stored);
      return work.catch((error: unknown) => putOff(options, lane, error));
    }),
  );
  await writeAgain(() => writeApart(options, works), waiting);
  return true;
}

/** One lane's trouble must not keep the others of the round from being written. */
function putOff(options: Shared, lane: ClaimedLane<ClaimedEvent>, error: unknown): LaneWork {
  const isAway = isDatabaseAway(error);
  options.log.error({ lane: lane.lane, attempts: lane.attempts, err: error }, 'an inbox lane could not be worked');
  const done = (lane.rows[0]?.seq ?? 1) - 1;
  const { portal, lane: key, holder } = lane;
  const progress = { portal, lane: key, holder, done, delayMs: isAway ? 0 : failedLaneMs, isFree: isAway };
  return { progress, results: [], actions: [], failures: [], conversation: null };
}

const conversationIdOf = (lane: { portal: string; lane: string }): ConversationId => ({
  portal: lane.portal,
  ...dialogOf(lane.lane),
});
const isDialog = (id: ConversationId): boolean => id.botCode !== '';

/** One lane whose data cannot be written must not hold back the others: then each is written alone, and the bad head becomes a dead letter. */
async function writeApart(options: InboxWorkerOptions, works: readonly LaneWork[]): Promise<void> {
  try {
    await write(options, works);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    const [only, another] = works;
    if (only === undefined) return;
    if (another !== undefined) {
      for (const work of works) await writeApart(options, [work]);
      return;
    }
    options.log.error(
      { lane: only.progress.lane, err: error },
      'a lane cannot be written; its head becomes a dead letter',
    );
    const { portal, lane, holder } = only.progress;
    const seq = only.results[0]?.seq ?? only.progress.done + 1;
    const results = [{ portal, lane, seq, state: 'dead_letter' as const, outcome: 'inbox.unwritable' }];
    const progress = { portal, lane, holder, done: seq, delayMs: 0 };
    await write(options, [{ progress, results, actions: [], failures: [], conversation: null }]);
  }
}

/** Writes all lanes in one transaction; lanes lost meanwhile are left to whoever has them now. */
async function write(options: InboxWorkerOptions, works: readonly LaneWork[]): Promise<void> {
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
    await noteToldFailures(
      trx,
      held.flatMap((work) => work.failures),
    );
    await appendActions(
      trx,
      held.flatMap((work) => work.actions),
    );
    return held;
  });
  if (written.some((work) => work.actions.length > 0)) options.wakeups.outbox.ring();
  const failures = written.flatMap((work) => work.failures);
  // What waits for its next try is given up now instead of then.
  if (failures.length > 0) {
    await wakeOutboxLanes(options.db, failures);
    options.wakeups.outbox.ring();
  }
  if (written.length < works.length) {
    options.metrics.leasesLost.inc({ queue: 'inbox' }, works.length - written.length);
    options.log.warn(
      { lanes: works.length - written.length },
      'inbox leases were lost; the lanes are worked elsewhere',
    );
  }
  for (const result of written.flatMap((work) => work.results)) {
    options.metrics.events.inc({ outcome: result.state === 'done' ? result.outcome : result.state });
  }
}

/** Works a lane's events one after the other until the end, or until one fails. */
async function workLane(
  options: InRound,
  lane: ClaimedLane<ClaimedEvent>,
  stored: Conversation | null,
): Promise<LaneWork> {
  const results: EventResult[] = [];
  const actions: NewAction[] = [];
  const failures: ToldFailure[] = [];
  let conversation = stored;
  let done = (lane.rows[0]?.seq ?? 1) - 1;
  let delayMs = 0;
  let isFree = false;
  for (const row of lane.rows) {
    try {
      if (row === lane.rows[0] && lane.attempts > maxBegun) throw begunTooOften(lane.attempts);
      const before = conversation;
      const work = (body: Buffer) => workEvent(options, { ...row, body }, { conversation: before, failures, actions });
      const worked = await options.bodies.with(row, work, options.isLate);
      if (worked === null) {
        isFree = true;
        break;
      }
      conversation = worked.conversation;
      actions.push(...worked.actions);
      failures.push(...worked.failures);
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
      // A database that went away says nothing of the event.
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
  return { progress, results, actions, failures, conversation: conversation === stored ? null : conversation };
}

/** Its end was never seen, so a further try would not be seen either. */
function begunTooOften(attempts: number): AppError {
  return new AppError({
    code: 'inbox.attempts_used_up',
    message: `this event was begun ${attempts - 1} times, and no end of it was written down`,
    report: true,
  });
}
