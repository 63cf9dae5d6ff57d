/**
 * Executes the actions of one claimed outbox lane in order, until the last, until one has to wait, or until the lane is no longer held.
 * Remotes are called outside any transaction; the only write here records that an unrepeatable attempt begins.
 */
import { fateUnknown, personOwns, withdrawn } from '../core/bridge-result.ts';
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
import { readReportedFailure, startSend } from '../store/queue/reported-failures.ts';
import { type EndedPart, partError } from '../store/queue/sent-parts.ts';
import { isTakenSince } from '../store/tenants/conversations.ts';
import type { AttemptResult, Slot } from './destination-slots.ts';
import { type ExecutionResult, type Executor, laneLostCode } from './execute-action.ts';
import { endedParts, isAnswer, receipts, remoteMessageIdOf } from './receipts.ts';
import { attemptsExhausted, decideActionRetry, isDeferral } from './retry-decision.ts';
import { resolveReference } from './sent-references.ts';

/** An action that has ended, and the events that follow from it. */
export interface EndedAction extends ActionResult {
  readonly incoming: readonly NewEvent[];
}

/** The results of one claimed lane, to be written together. */
export interface LaneResult {
  readonly progress: LaneProgress;
  readonly results: readonly EndedAction[];
  readonly failure: ActionFailure | null;
}

export interface LaneOptions {
  readonly db: Pool;
  readonly executor: Executor;
  readonly metrics: Pick<Metrics, 'stage'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  readonly firstRetryMs?: number | undefined;
}

/** The delay before the next attempt when the database could not be read. */
const notReadMs = 1_000;

/** What the attempts of one lane need. */
export interface AttemptContext {
  /** The slot of this lane among those that call the same remote. */
  readonly slot: Slot;
  /** False: another worker may have the lane by now, so no further attempt may begin. */
  readonly isHeld: () => boolean;
  readonly signal: AbortSignal;
}

export async function executeLane(
  options: LaneOptions,
  lane: ClaimedLane<OutboxRow>,
  attempts: AttemptContext,
): Promise<LaneResult> {
  const id = { portal: lane.portal, lane: lane.lane, holder: lane.holder };
  const results: EndedAction[] = [];
  let done = (lane.rows[0]?.seq ?? 1) - 1;
  for (const claimed of lane.rows) {
    if (!attempts.isHeld()) {
      return { progress: { ...id, done, delayMs: 0, isFree: true }, results, failure: null };
    }
    const tries = claimed === lane.rows[0] ? lane : { attempts: 1, throttled: 0 };
    const step = await readStep(options, { row: claimed, rows: lane.rows, results });
    if (step === null) {
      return { progress: { ...id, done, delayMs: notReadMs, isFree: true }, results, failure: null };
    }
    if ('dropped' in step) {
      results.push(resultOf(claimed, 'dropped', { outcome: step.dropped, remoteId: null }, []));
      done = claimed.seq;
      continue;
    }
    const { row, others } = step;
    const { attempts: count, throttled } = tries;
    const tried = await attemptAction(options, row, { ...attempts, count, throttled, holder: lane.holder });
    if ('error' in tried) {
      const { error } = tried;
      const ageMs = ageOf(options, row);
      const { firstRetryMs: firstDelayMs = deliveryRetry.firstDelayMs } = options;
      const policy = { ...deliveryRetry, firstDelayMs };
      const next = tried.isUnknown
        ? ({ again: false } as const)
        : decideActionRetry(
            error,
            { attempts: tries.attempts, throttled: tries.throttled + 1, ageMs },
            Math.random(),
            policy,
          );
      report(options, row, error, { attempts: tries.attempts, again: next.again });
      if (next.again) {
        const { delayMs, isFree, isThrottled } = next;
        const { portal, lane: key, seq } = row;
        const failure = { portal, lane: key, seq, outcome: error.code, isFateUnknown: tried.mayBeShown };
        return { progress: { ...id, done, delayMs, isFree, isThrottled }, results, failure };
      }
      const reason = tried.isUnknown || tried.mayBeShown ? `${fateUnknown} (${error.code})` : error.code;
      const end = { outcome: error.code, remoteId: null };
      const state = tried.isUnknown ? 'unknown' : 'dead_letter';
      results.push(resultOf(row, state, end, receipts(row, end, reason, others)));
    } else {
      const { executed } = tried;
      const isDropped = executed.isDropped === true;
      const incoming = receipts(row, executed, partError(isDropped ? 'dropped' : 'done', executed.outcome), others);
      results.push(resultOf(row, isDropped ? 'dropped' : 'done', executed, incoming));
      options.metrics.stage.observe({ stage: row.target }, ageOf(options, row) / 1000);
    }
    done = row.seq;
  }
  return { progress: { ...id, done, delayMs: 0 }, results, failure: null };
}

const ageOf = ({ clock }: LaneOptions, row: OutboxRow): number => clock.now().getTime() - row.created_at.getTime();

/** `others`: how the other parts of the same message ended; null where no receipt follows. */
type Step = { readonly row: OutboxRow; readonly others: readonly EndedPart[] | null } | { readonly dropped: string };
/** Null when the database cannot be read: the row is not tried, and the results of the rows before it must still be written. */
async function readStep(
  { db, executor, log }: LaneOptions,
  {
    row,
    rows,
    results,
  }: Pick<LaneResult, 'results'> & { readonly row: OutboxRow; readonly rows: readonly OutboxRow[] },
): Promise<Step | null> {
  try {
    const resolved = await resolveReference(db, row, rows, results);
    if ('dropped' in resolved) return resolved;
    const isWanted = remoteMessageIdOf(row) !== null && (await executor.wantsReceipts(row));
    return { ...resolved, others: isWanted ? await endedParts(db, row, rows, results) : null };
  } catch (error) {
    log.warn({ lane: row.lane, err: error }, 'what is known of earlier messages could not be read');
    return null;
  }
}

function resultOf(
  { portal, lane, seq }: OutboxRow,
  state: ActionResult['state'],
  { outcome, remoteId }: Pick<ExecutionResult, 'outcome' | 'remoteId'>,
  incoming: readonly NewEvent[],
): EndedAction {
  return { portal, lane, seq, state, outcome, remoteId, incoming };
}

type AttemptOutcome =
  | { readonly executed: ExecutionResult }
  | {
      readonly error: AppError;
      readonly isUnknown: boolean;
      /** This attempt, or an earlier one of the same send, may have shown the message. */
      readonly mayBeShown: boolean;
    };

type OneAttempt = AttemptContext & { readonly count: number; readonly throttled: number; readonly holder: string };

/** Makes one attempt. `isUnknown`: it may have happened and must not be repeated automatically. */
async function attemptAction(options: LaneOptions, row: OutboxRow, attempt: OneAttempt): Promise<AttemptOutcome> {
  const { db, executor } = options;
  const answered = remoteMessageIdOf(row);
  const wasBegun = answered !== null && row.attempted_at !== null;
  let isOnce = false;
  let hasBegun = false;
  let end = attempt.slot.begin();
  const opened = new AbortController();
  /** Called right before a request leaves: whether it may still be sent is checked only now, after all waiting. */
  const leaves = async (calls: number): Promise<void> => {
    endFormer();
    if (!hasBegun) await beginAttempt(options, row, { ...attempt, isOnce });
    hasBegun = true;
    end = attempt.slot.begin(calls);
  };
  const waits = (): void => {
    endFormer();
    attempt.slot.wait();
  };
  // An action sends a second request only after an answer to the first.
  const endFormer = (): void => end(hasBegun ? 'answered' : 'not_attempted');
  try {
    isOnce = !(await executor.isRepeatable(row));
    if (isOnce && row.attempted_at !== null) return { error: interrupted(row), isUnknown: true, mayBeShown: true };
    const over = attemptsExhausted(row, attempt.count);
    if (over !== null) return { error: over, isUnknown: false, mayBeShown: wasBegun };
    // Preparing may fail many times; a message that was withdrawn meanwhile is not prepared again.
    const told = answered === null || attempt.count === 1 ? null : await readReportedFailure(db, row, answered);
    if (told?.isWithdrawn === true) return notShown(row, withdrawn);
    const prepared = await executor.prepare(row, AbortSignal.any([attempt.signal, opened.signal]));
    if (row.target !== 'portal') {
      await beginAttempt(options, row, { ...attempt, isOnce });
      hasBegun = true;
    }
    const executed = await executor.execute(row, prepared, { signal: attempt.signal, waits, leaves });
    end('answered');
    return { executed };
  } catch (thrown) {
    if (thrown instanceof NotShown) return notShown(row, thrown.outcome);
    const error = toAppError(thrown);
    end(attemptResultOf(error));
    const isUnknown = hasBegun && error.fate === 'unknown';
    return { error, isUnknown: isUnknown && isOnce, mayBeShown: wasBegun || (answered !== null && isUnknown) };
  } finally {
    opened.abort();
    end('not_attempted');
  }
}

/** A message must not be shown any more. */
class NotShown extends Error {
  readonly outcome: string;

  constructor(outcome: string) {
    super(outcome);
    this.outcome = outcome;
  }
}

/** Records that the attempt begins, for actions of which that must be known. Throws NotShown, or `outbox.lane_lost`. */
async function beginAttempt(
  options: LaneOptions,
  row: OutboxRow,
  attempt: OneAttempt & { readonly isOnce: boolean },
): Promise<void> {
  const { db } = options;
  const answered = remoteMessageIdOf(row);
  if (!attempt.isHeld()) throw laneLost();
  if (isAnswer(row) && hasWaited(options, row, attempt) && (await isTakenSince(db, row)))
    throw new NotShown(personOwns);
  if (answered !== null) {
    const begun = await startSend(db, row, answered, attempt.holder);
    if (begun === 'withdrawn') throw new NotShown(withdrawn);
    if (begun === 'lane_lost') throw laneLost();
  } else if (attempt.isOnce && !(await markAttempted(db, row, attempt.holder))) throw laneLost();
}

/**
 * Nothing is sent: the brain counts the message as failed, or a person has taken over. An earlier attempt may have shown it all the same.
 */
function notShown(row: OutboxRow, outcome: string): AttemptOutcome {
  if (row.attempted_at === null) return { executed: { outcome, remoteId: null, isDropped: true } };
  const message = 'not repeated after an attempt whose result is unknown';
  return { error: new AppError({ code: outcome, message, fate: 'unknown' }), isUnknown: true, mayBeShown: true };
}

/**
 * A younger answer is sent without checking again whether a person has taken over: that saves a query for every message, and the network
 * takes as long anyway.
 */
const freshMs = 1_000;

function hasWaited(
  options: LaneOptions,
  row: OutboxRow,
  { count, throttled }: { readonly count: number; readonly throttled: number },
): boolean {
  return count > 1 || throttled > 0 || ageOf(options, row) > freshMs;
}

/** What a failed attempt shows about the remote. */
function attemptResultOf(error: AppError): AttemptResult {
  if (isDeferral(error) || error.code === 'http.aborted' || error.code === laneLostCode) return 'not_attempted';
  if (error instanceof RemoteUnreachable) return error.isThrottled ? 'answered' : 'no_answer';
  return 'answered';
}

/** Another worker has the lane and makes this attempt; what is returned here is not written. */
function laneLost(): AppError {
  return new AppError({
    code: laneLostCode,
    message: 'the lane was taken over by another worker before the attempt began',
    retry: { afterMs: 0 },
  });
}

/** A process died between starting this attempt and recording its result. */
function interrupted(row: OutboxRow): AppError {
  return new AppError({
    code: 'outbox.interrupted',
    message: `an attempt was started at ${row.attempted_at?.toISOString() ?? ''} and its result was never recorded`,
    report: true,
    fate: 'unknown',
  });
}

function report(
  { log }: LaneOptions,
  row: OutboxRow,
  error: AppError,
  { attempts, again }: { readonly attempts: number; readonly again: boolean },
): void {
  if (again && isDeferral(error)) return;
  const facts = { trace: row.trace, lane: row.lane, target: row.target, attempts, again, err: error };
  if (again) log.warn(facts, 'an action failed and will be tried again');
  else log.error(facts, 'an action became a dead letter');
}
