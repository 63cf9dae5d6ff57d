/**
 * One turn of an outbox lane: carries its actions out one after the other until the end, until one has to wait, or until the lane is no
 * longer held. Remotes are called outside any transaction; nothing is written here but the note that an unrepeatable attempt begins.
 */
import { fateUnknown, personOwns, withdrawn } from '../core/bridged.ts';
import { AppError, RemoteUnreachable, toAppError } from '../core/errors.ts';
import { deliveryRetry } from '../core/retry.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Pool } from '../store/database.ts';
import type { ClaimedLane } from '../store/queue/claim-lanes.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import type { LaneProgress } from '../store/queue/lanes.ts';
import { type ActionFailure, type ActionResult, markAttempted, type OutboxRow } from '../store/queue/outbox.ts';
import type { EndedPart } from '../store/queue/sent-parts.ts';
import { beginSend, readToldFailure } from '../store/queue/told-failures.ts';
import { isTakenSince } from '../store/tenants/conversations.ts';
import type { Ending, Place } from './destinations.ts';
import type { Executed, Executor } from './execute-action.ts';
import { answeredBy, earlierParts, isAnswer, receipts } from './receipts.ts';
import { isOurWait, nextTry, usedUp } from './retry-decision.ts';

/** Everything that came of one lane's turn, to be written together. */
export interface LaneTurn {
  readonly progress: LaneProgress;
  readonly results: readonly ActionResult[];
  readonly failure: ActionFailure | null;
  readonly incoming: readonly NewEvent[];
}

export interface TurnOptions {
  readonly db: Pool;
  readonly executor: Executor;
  readonly metrics: Pick<Metrics, 'stage'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  readonly firstRetryMs?: number | undefined;
}

/** When an action is looked at again for which the database could not be read. */
const notReadMs = 1_000;

/** What a turn needs for its attempts. */
export interface Attempts {
  /** Its place among the lanes that call the same remote. */
  readonly place: Place;
  /** False: another worker may have the lane by now, so no further attempt may be begun. */
  readonly isHeld: () => boolean;
  readonly signal: AbortSignal;
}

export async function workLane(
  options: TurnOptions,
  lane: ClaimedLane<OutboxRow>,
  attempts: Attempts,
): Promise<LaneTurn> {
  const id = { portal: lane.portal, lane: lane.lane, holder: lane.holder };
  const results: ActionResult[] = [];
  const incoming: NewEvent[] = [];
  let done = (lane.rows[0]?.seq ?? 1) - 1;
  for (const row of lane.rows) {
    if (!attempts.isHeld()) {
      return { progress: { ...id, done, delayMs: 0, isFree: true }, results, failure: null, incoming };
    }
    const tries = row === lane.rows[0] ? lane : { attempts: 1, throttled: 0 };
    const earlier = await readEarlier(options, { row, rows: lane.rows, results });
    if (earlier === null) {
      return { progress: { ...id, done, delayMs: notReadMs, isFree: true }, results, failure: null, incoming };
    }
    const { attempts: count, throttled } = tries;
    const tried = await tryAction(options, row, { ...attempts, count, throttled, holder: lane.holder });
    if ('error' in tried) {
      const { error } = tried;
      const ageMs = ageOf(options, row);
      const { firstRetryMs: firstDelayMs = deliveryRetry.firstDelayMs } = options;
      const policy = { ...deliveryRetry, firstDelayMs };
      const next = tried.isUnknown
        ? ({ again: false } as const)
        : nextTry(error, { attempts: tries.attempts, throttled: tries.throttled + 1, ageMs }, Math.random(), policy);
      report(options, row, error, { attempts: tries.attempts, again: next.again });
      if (next.again) {
        const { delayMs, isFree, isThrottled } = next;
        const { portal, lane: key, seq } = row;
        const failure = { portal, lane: key, seq, outcome: error.code, isFateUnknown: tried.mayBeSeen };
        return { progress: { ...id, done, delayMs, isFree, isThrottled }, results, failure, incoming };
      }
      results.push(resultOf(row, tried.isUnknown ? 'unknown' : 'dead_letter', { outcome: error.code, remoteId: null }));
      const reason = tried.isUnknown || tried.mayBeSeen ? `${fateUnknown} (${error.code})` : error.code;
      incoming.push(...receipts(row, { outcome: error.code, remoteId: null }, reason, earlier));
    } else {
      const { executed } = tried;
      const isDropped = executed.isDropped === true;
      results.push(resultOf(row, isDropped ? 'dropped' : 'done', executed));
      incoming.push(...receipts(row, executed, isDropped ? executed.outcome : null, earlier));
      options.metrics.stage.observe({ stage: row.target }, ageOf(options, row) / 1000);
    }
    done = row.seq;
  }
  return { progress: { ...id, done, delayMs: 0 }, results, failure: null, incoming };
}

const ageOf = ({ clock }: TurnOptions, row: OutboxRow): number => clock.now().getTime() - row.created_at.getTime();

/** Null when the database does not tell: nothing was tried, and what was done before it in this turn must still be written down. */
async function readEarlier(
  { db, log }: TurnOptions,
  { row, rows, results }: Pick<LaneTurn, 'results'> & { readonly row: OutboxRow; readonly rows: readonly OutboxRow[] },
): Promise<readonly EndedPart[] | null> {
  try {
    return await earlierParts(db, row, rows, results);
  } catch (error) {
    log.warn({ lane: row.lane, err: error }, 'the earlier parts of a message could not be read');
    return null;
  }
}

function resultOf(
  { portal, lane, seq }: OutboxRow,
  state: ActionResult['state'],
  { outcome, remoteId }: Pick<Executed, 'outcome' | 'remoteId'>,
): ActionResult {
  return { portal, lane, seq, state, outcome, remoteId };
}

type Tried =
  | { readonly executed: Executed }
  | {
      readonly error: AppError;
      readonly isUnknown: boolean;
      /** This attempt, or an earlier one of the same send, may have been seen. */
      readonly mayBeSeen: boolean;
    };

/** One attempt. `isUnknown`: it may have happened and must not be repeated by a machine. */
async function tryAction(
  options: TurnOptions,
  row: OutboxRow,
  attempt: Attempts & { readonly count: number; readonly throttled: number; readonly holder: string },
): Promise<Tried> {
  let isRepeatable = true;
  let hasBegun = false;
  const { db, executor } = options;
  const answered = answeredBy(row);
  const wasBegun = answered !== null && row.attempted_at !== null;
  const end = attempt.place.begin();
  try {
    const isOnce = !(await executor.isRepeatable(row));
    if (isOnce && row.attempted_at !== null) return { error: interrupted(row), isUnknown: true, mayBeSeen: true };
    const over = usedUp(row, attempt.count);
    if (over !== null) return { error: over, isUnknown: false, mayBeSeen: wasBegun };
    // Preparing may fail again and again; whoever was withdrawn meanwhile does not wait for that.
    const told = answered === null || attempt.count === 1 ? null : await readToldFailure(db, row, answered);
    if (told?.isWithdrawn === true) return notShown(row, withdrawn);
    const prepared = await executor.prepare(row, attempt.signal);
    if (isAnswer(row) && hasWaited(row, attempt) && (await isTakenSince(db, row))) return notShown(row, personOwns);
    if (answered !== null) {
      const begun = await beginSend(db, row, answered, attempt.holder);
      if (begun === 'withdrawn') return notShown(row, withdrawn);
      if (begun === 'lane_lost') throw laneLost();
    } else if (isOnce && !(await markAttempted(db, row, attempt.holder))) throw laneLost();
    isRepeatable = !isOnce;
    hasBegun = true;
    const executed = await executor.execute(row, prepared, attempt.signal);
    end('answered');
    return { executed };
  } catch (thrown) {
    const error = toAppError(thrown);
    end(endingOf(error));
    const isUnknown = hasBegun && error.fate === 'unknown';
    return { error, isUnknown: isUnknown && !isRepeatable, mayBeSeen: wasBegun || (answered !== null && isUnknown) };
  } finally {
    end('not_asked');
  }
}

/** Nothing is sent (any more): the brain counts the message as failed, or a person has taken over. An earlier attempt may have been seen. */
function notShown(row: OutboxRow, outcome: string): Tried {
  if (row.attempted_at === null) return { executed: { outcome, remoteId: null, isDropped: true } };
  const message = 'given up after an attempt whose end nobody knows';
  return { error: new AppError({ code: outcome, message, fate: 'unknown' }), isUnknown: true, mayBeSeen: true };
}

/** A younger answer goes out without another look: a query for every message would be the price, and the second it saves is the network's anyway. */
const freshMs = 1_000;

function hasWaited(
  row: OutboxRow,
  { count, throttled }: { readonly count: number; readonly throttled: number },
): boolean {
  return count > 1 || throttled > 0 || Date.now() - row.created_at.getTime() > freshMs;
}

/** What a failed attempt says of the remote. */
function endingOf(error: AppError): Ending {
  if (isOurWait(error) || error.code === 'http.aborted' || error.code === 'outbox.lane_lost') return 'not_asked';
  if (error instanceof RemoteUnreachable) return error.isThrottled ? 'answered' : 'silent';
  return 'answered';
}

/** Another worker has the lane: this attempt is its business now, and whatever is returned here is not written. */
function laneLost(): AppError {
  return new AppError({
    code: 'outbox.lane_lost',
    message: 'the lane was taken over by another worker before the attempt began',
    retry: { afterMs: 0 },
  });
}

/** A process died between beginning this attempt and writing down how it ended. */
function interrupted(row: OutboxRow): AppError {
  return new AppError({
    code: 'outbox.interrupted',
    message: `an attempt was begun at ${row.attempted_at?.toISOString() ?? ''} and its end was never written down`,
    report: true,
    fate: 'unknown',
  });
}

function report(
  { log }: TurnOptions,
  row: OutboxRow,
  error: AppError,
  { attempts, again }: { readonly attempts: number; readonly again: boolean },
): void {
  if (again && isOurWait(error)) return;
  const facts = { trace: row.trace, lane: row.lane, target: row.target, attempts, again, err: error };
  if (again) log.warn(facts, 'an action failed and will be tried again');
  else log.error(facts, 'an action was given up');
}
