/**
 * Works the outbox: takes lanes, carries their actions out one after the other, and writes down what came of them. Far sides are
 * called outside any transaction. A head that cannot succeed now holds back its own lane only.
 */
import { fateUnknown, withdrawn } from '../core/bridged.ts';
import { AppError, toAppError } from '../core/errors.ts';
import { createGroupCommit } from '../lib/group-commit.ts';
import type { Logger } from '../lib/logger.ts';
import { inTransaction, isDataFault, type Pool } from '../store/database.ts';
import { acceptEvents, type NewEvent } from '../store/inbox.ts';
import { type ClaimedLane, finishLanes, type LaneProgress, renewLanes } from '../store/lanes.ts';
import {
  type ActionFailure,
  type ActionResult,
  claimOutbox,
  closeActions,
  markAttempted,
  noteFailures,
  type OutboxRow,
} from '../store/outbox.ts';
import { lockPortals } from '../store/portals.ts';
import { beginSend, readToldFailure } from '../store/told-failures.ts';
import type { Metrics } from './metrics.ts';
import { isOurWait, nextTry, usedUp } from './next-try.ts';
import type { Performed, Performer } from './perform.ts';
import { answeredBy, earlierParts, receipts } from './receipts.ts';
import type { Bells } from './wake.ts';
import { startWorkLoop, type WorkLoop } from './work-loop.ts';

export interface OutboxWorkerOptions {
  readonly db: Pool;
  readonly owner: string;
  readonly performer: Performer;
  readonly metrics: Metrics;
  readonly bells: Bells;
  readonly log: Logger;
  /** Lanes worked at the same time: as many calls may be under way. */
  readonly lanes: number;
}

const pollMs = 1_000;
const leaseSeconds = 60;
const renewMs = 20_000;

/** Everything that came of one lane's turn, to be written together. */
interface LaneTurn {
  readonly progress: LaneProgress;
  readonly results: readonly ActionResult[];
  readonly failure: ActionFailure | null;
  readonly incoming: readonly NewEvent[];
}

export function startOutboxWorker(options: OutboxWorkerOptions): WorkLoop {
  const owner = `${options.owner}:o`;
  const inHand = new Map<string, ClaimedLane<OutboxRow>>();
  const finisher = createGroupCommit<LaneTurn, boolean>({
    maxItems: 200,
    maxBytes: Number.MAX_SAFE_INTEGER,
    sizeOf: () => 1,
    concurrency: 1,
    flush: (turns) => writeApart(options, owner, turns),
  });

  async function turn(lane: ClaimedLane<OutboxRow>, signal: AbortSignal): Promise<void> {
    const key = `${lane.portal}\n${lane.lane}`;
    inHand.set(key, lane);
    try {
      await finisher.add(await workLane(options, lane, signal));
    } catch (error) {
      // Nothing was written: the lease ends and the lane is worked again, which its keys make harmless.
      options.log.error({ lane: lane.lane, err: error }, 'the result of an outbox lane could not be written');
    } finally {
      inHand.delete(key);
      options.bells.outbox.ring();
    }
  }

  const renewal = setInterval(() => {
    if (inHand.size === 0) return;
    renewLanes(options.db, 'outbox', owner, [...inHand.values()], leaseSeconds).catch((error: unknown) => {
      options.log.warn({ err: error }, 'outbox leases could not be renewed');
    });
  }, renewMs);

  const aborting = new AbortController();
  const loop = startWorkLoop({
    name: 'outbox',
    bell: options.bells.outbox,
    log: options.log,
    pollMs,
    round: async () => {
      const free = options.lanes - inHand.size;
      if (free === 0) return false;
      const limits = { lanes: free, rows: free * 10, rowsPerLane: 10, leaseSeconds };
      const lanes = await claimOutbox(options.db, owner, limits);
      for (const lane of lanes) void turn(lane, aborting.signal);
      return lanes.length > 0;
    },
  });

  return {
    async stop() {
      await loop.stop();
      // Calls under way get a moment to come home; what is cut off is repeated later with the same key.
      const patience = setTimeout(() => aborting.abort(), 5_000);
      while (inHand.size > 0) await options.bells.outbox.wait(50, new AbortController().signal);
      clearTimeout(patience);
      clearInterval(renewal);
      await finisher.idle();
    },
  };
}

async function workLane(
  options: OutboxWorkerOptions,
  lane: ClaimedLane<OutboxRow>,
  signal: AbortSignal,
): Promise<LaneTurn> {
  const id = { portal: lane.portal, lane: lane.lane };
  const results: ActionResult[] = [];
  const incoming: NewEvent[] = [];
  let done = (lane.rows[0]?.seq ?? 1) - 1;
  for (const row of lane.rows) {
    const { attempts, pauses } = row === lane.rows[0] ? lane : { attempts: 1, pauses: 0 };
    const earlier = await earlierParts(options.db, row, lane.rows, results);
    const tried = await tryAction(options, row, attempts, signal);
    if ('error' in tried) {
      const { error } = tried;
      const ageMs = Date.now() - row.created_at.getTime();
      const next = tried.isUnknown
        ? ({ again: false } as const)
        : nextTry(error, { attempts, pauses: pauses + 1 }, ageMs, Math.random());
      report(options, row, error, attempts, next.again);
      if (next.again) {
        const { delayMs, isFree, isPause } = next;
        return {
          progress: { ...id, done, delayMs, isFree, isPause },
          results,
          failure: { ...id, seq: row.seq, outcome: error.code, isFateUnknown: tried.mayBeSeen },
          incoming,
        };
      }
      results.push({
        ...id,
        seq: row.seq,
        state: tried.isUnknown ? 'unknown' : 'parked',
        outcome: error.code,
        remoteId: null,
      });
      const reason = tried.isUnknown || tried.mayBeSeen ? `${fateUnknown} (${error.code})` : error.code;
      incoming.push(...receipts(row, { outcome: error.code, remoteId: null }, reason, earlier));
    } else {
      const { performed } = tried;
      const state = performed.isDropped === true ? 'dropped' : 'done';
      results.push({ ...id, seq: row.seq, state, outcome: performed.outcome, remoteId: performed.remoteId });
      incoming.push(...receipts(row, performed, performed.isDropped === true ? performed.outcome : null, earlier));
      options.metrics.stage.observe({ stage: row.target }, (Date.now() - row.created_at.getTime()) / 1000);
    }
    done = row.seq;
  }
  return { progress: { ...id, done, delayMs: 0 }, results, failure: null, incoming };
}

type Tried =
  | { readonly performed: Performed }
  | {
      readonly error: AppError;
      readonly isUnknown: boolean;
      /** This attempt, or an earlier one of the same send, may have been seen. */
      readonly mayBeSeen: boolean;
    };

/** One attempt. `isUnknown`: it may have happened and must not be repeated by a machine. */
async function tryAction(
  options: OutboxWorkerOptions,
  row: OutboxRow,
  attempts: number,
  signal: AbortSignal,
): Promise<Tried> {
  let isRepeatable = true;
  let hasBegun = false;
  const { db, performer } = options;
  const answered = answeredBy(row);
  const wasBegun = answered !== null && row.attempted_at !== null;
  try {
    const isOnce = !(await performer.isRepeatable(row));
    if (isOnce && row.attempted_at !== null) return { error: interrupted(row), isUnknown: true, mayBeSeen: true };
    const end = usedUp(row, attempts);
    if (end !== null) return { error: end, isUnknown: false, mayBeSeen: wasBegun };
    // Preparing may fail again and again; whoever was withdrawn meanwhile does not wait for that.
    const told = answered === null || attempts === 1 ? null : await readToldFailure(db, row, answered);
    if (told?.isWithdrawn === true) return withdrawnSend(row);
    const prepared = await performer.prepare(row, signal);
    if (answered !== null) {
      if (!(await beginSend(db, row, answered))) return withdrawnSend(row);
    } else if (isOnce) await markAttempted(db, [row]);
    isRepeatable = !isOnce;
    hasBegun = true;
    return { performed: await performer.perform(row, prepared, signal) };
  } catch (thrown) {
    const error = toAppError(thrown);
    const isUnknown = hasBegun && error.fate === 'unknown';
    return { error, isUnknown: isUnknown && !isRepeatable, mayBeSeen: wasBegun || (answered !== null && isUnknown) };
  }
}

/** The brain counts the message as failed. Nothing is sent; an earlier attempt may have been seen all the same. */
function withdrawnSend(row: OutboxRow): Tried {
  if (row.attempted_at === null) return { performed: { outcome: withdrawn, remoteId: null, isDropped: true } };
  const message = 'withdrawn after an attempt whose end nobody knows';
  return { error: new AppError({ code: withdrawn, message, fate: 'unknown' }), isUnknown: true, mayBeSeen: true };
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

function report(options: OutboxWorkerOptions, row: OutboxRow, error: AppError, attempts: number, again: boolean): void {
  if (again && isOurWait(error)) return;
  const facts = { trace: row.trace, lane: row.lane, target: row.target, attempts, again, err: error };
  if (again) options.log.warn(facts, 'an action failed and will be tried again');
  else options.log.error(facts, 'an action was given up');
}

/** One lane whose data cannot be written must not hold back the others: then each is written alone, and the bad one is given up. */
async function writeApart(options: OutboxWorkerOptions, owner: string, turns: readonly LaneTurn[]): Promise<boolean[]> {
  try {
    return await write(options, owner, turns);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    const [only, another] = turns;
    if (only === undefined) return [];
    options.log.error({ lanes: turns.length, err: error }, 'results cannot be written together');
    if (another === undefined) return await write(options, owner, [givenUp(only)]);
    const held: boolean[] = [];
    for (const turn of turns) held.push(...(await writeApart(options, owner, [turn])));
    return held;
  }
}

/** The turn without anything from outside. What it has done stays done; that its end could not be written down is for a person to see. */
function givenUp(turn: LaneTurn): LaneTurn {
  const results = turn.results.map((result) => ({ ...result, state: 'parked' as const, ...unwritable }));
  return { progress: turn.progress, results, failure: null, incoming: [] };
}

const unwritable = { outcome: 'outbox.unwritable', remoteId: null };

/** Writes many lanes' turns at once. What a far side has told us is kept even where the lane was lost: it is a fact, and its key is fixed. */
async function write(options: OutboxWorkerOptions, owner: string, turns: readonly LaneTurn[]): Promise<boolean[]> {
  const incoming = turns.flatMap((turn) => turn.incoming);
  const held = await inTransaction(options.db, async (trx) => {
    const living = await lockPortals(trx, [...new Set(incoming.map((event) => event.portal))]);
    const wanted = incoming.filter((event) => living.has(event.portal));
    if (wanted.length > 0) await acceptEvents(trx, wanted);
    const isHeld = await finishLanes(
      trx,
      'outbox',
      owner,
      turns.map((turn) => turn.progress),
    );
    const mine = turns.filter((turn) => isHeld(turn.progress));
    await closeActions(
      trx,
      mine.flatMap((turn) => turn.results),
    );
    await noteFailures(
      trx,
      mine.flatMap((turn) => (turn.failure === null ? [] : [turn.failure])),
    );
    return turns.map((turn) => isHeld(turn.progress));
  });
  if (incoming.length > 0) options.bells.inbox.ring();
  const lost = held.filter((isHeld) => !isHeld).length;
  if (lost > 0) options.metrics.leasesLost.inc({ box: 'outbox' }, lost);
  for (const [index, turn] of turns.entries()) {
    const target = turn.progress.lane.endsWith('>home')
      ? 'home'
      : turn.progress.lane.endsWith('>brain')
        ? 'brain'
        : 'app';
    if (held[index] === true)
      for (const result of turn.results) options.metrics.actions.inc({ target, state: result.state });
  }
  return held;
}
