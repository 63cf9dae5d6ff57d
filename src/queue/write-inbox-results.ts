/** Writes what the events of inbox lanes have led to: outcomes, conversations, follow-ups and actions, together or not at all. */
import type { Conversation } from '../core/conversation.ts';
import type { Logger } from '../lib/logger.ts';
import type { HourlyFigures } from '../runtime/hourly-figures.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, isDataFault, type Pool, withoutCollision } from '../store/database.ts';
import { finishInbox, type InboxFinish, type InboxFinished } from '../store/queue/finish-inbox.ts';
import type { EventResult } from '../store/queue/inbox.ts';
import { dialogOf } from '../store/queue/lane-names.ts';
import { type LaneProgress, laneKey } from '../store/queue/lanes.ts';
import { appendActions, type NewAction } from '../store/queue/outbox.ts';
import { type ReportedFailure, recordReportedFailures, wakeOutboxLanes } from '../store/queue/reported-failures.ts';
import { type StoredFollowUpChange, saveFollowUps } from '../store/tenants/follow-ups.ts';
import { type OutboxPlaces, writeAndTake } from './direct-claims.ts';

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
  readonly figures: Pick<HourlyFigures, 'count'>;
  readonly wakeups: Pick<Wakeups, 'outbox'>;
  readonly outboxPlaces: OutboxPlaces;
  readonly log: Logger;
}

/** True for most rounds: a single statement writes everything. */
function isPlain(works: readonly LaneResult[]): boolean {
  return works.every(({ failures, followUps = [] }) => failures.length === 0 && followUps.length === 0);
}

async function writePlain({ db, outboxPlaces }: WriteOptions, works: readonly LaneResult[]): Promise<InboxFinished> {
  const actions = works.flatMap((work) => work.actions.map((action) => ({ from: work.progress.lane, action })));
  const place = outboxPlaces.reserve(actions.map(({ action }) => action));
  const write = (): Promise<InboxFinished> => finishInbox(db, { ...decidedIn(works), actions, claim: place });
  if (place === null) return await withoutCollision(write);
  const wanted = () => actions.flatMap(({ action }) => (place.wants(action) ? [action] : []));
  return await writeAndTake(place, wanted, () => withoutCollision(write));
}

/** Locks what is written in the order in which others lock it: inbox lanes, failures and follow-ups, outbox lanes. */
async function writeAll(db: Pool, works: readonly LaneResult[]): Promise<InboxFinished> {
  return await inTransaction(db, async (trx) => {
    const finished = await finishInbox(trx, { ...decidedIn(works), actions: [], claim: null });
    const keys = new Set(finished.lanes.map(({ portal, key }) => laneKey(portal, key)));
    const held = works.filter(({ progress }) => keys.has(laneKey(progress.portal, progress.lane)));
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
    return finished;
  });
}

function decidedIn(works: readonly LaneResult[]): Omit<InboxFinish, 'actions' | 'claim'> {
  return {
    progress: works.map((work) => work.progress),
    results: works.flatMap((work) => work.results),
    conversations: works.flatMap(({ conversation, progress: { portal, lane } }) =>
      conversation === null ? [] : [{ portal, lane, conversation }],
    ),
  };
}

export function nothingDone(progress: LaneProgress): LaneResult {
  return { progress, results: [], actions: [], failures: [], conversation: null };
}

/**
 * If the data of one lane cannot be written, each lane is written by itself; the events of the bad one are processed one by one, and the one
 * that cannot be written becomes a dead letter. True when a lane has more that can be worked on at once.
 */
export async function writeSeparately(options: WriteOptions, works: readonly LaneResult[]): Promise<boolean> {
  try {
    return await write(options, works);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    const [only, another] = works;
    if (only === undefined) return false;
    if (another !== undefined) {
      for (const work of works) await writeSeparately(options, [work]);
      return true;
    }
    const { portal, lane, holder } = only.progress;
    const seq = only.results[0]?.seq ?? only.progress.done + 1;
    if (only.results.length > 1) {
      // Any of its events may be the bad one. If a lane's head has not moved, it is claimed with its first event alone.
      options.log.warn({ lane, err: error }, 'a lane cannot be written; its events are processed one by one');
      await write(options, [nothingDone({ portal, lane, holder, done: seq - 1, delayMs: 0 })]);
      return true;
    }
    options.log.error({ lane, err: error }, 'an event cannot be written; it becomes a dead letter');
    const results = [{ portal, lane, seq, state: 'dead_letter' as const, outcome: 'inbox.unwritable' }];
    await write(options, [{ ...nothingDone({ portal, lane, holder, done: seq, delayMs: 0 }), results }]);
    return true;
  }
}

/** Writes all lanes together; lanes that another worker has claimed meanwhile are skipped. */
async function write(options: WriteOptions, works: readonly LaneResult[]): Promise<boolean> {
  const { lanes, claimed } = isPlain(works) ? await writePlain(options, works) : await writeAll(options.db, works);
  const finished = new Map(lanes.map((lane) => [laneKey(lane.portal, lane.key), lane]));
  const ended = ({ progress }: LaneResult) => finished.get(laneKey(progress.portal, progress.lane));
  const written = works.filter((work) => ended(work) !== undefined);
  const handed = claimed.reduce((sum, { rows }) => sum + rows.length, 0);
  if (written.reduce((sum, { actions }) => sum + actions.length, 0) > handed) options.wakeups.outbox.ring();
  const failures = written.flatMap((work) => work.failures);
  // An action that waits for its next attempt is woken, so that it is withdrawn now and not then.
  if (failures.length > 0) {
    await wakeOutboxLanes(options.db, failures);
    options.wakeups.outbox.ring();
  }
  if (written.length < works.length) {
    options.metrics.leasesLost.inc({ queue: 'inbox' }, works.length - written.length);
    options.log.warn({ lanes: works.length - written.length }, 'inbox leases were lost; other workers have the lanes');
  }
  for (const { portal, lane, state, outcome } of written.flatMap((work) => work.results)) {
    const name = state === 'done' ? outcome : state;
    options.metrics.events.inc({ outcome: name });
    const { botCode } = dialogOf(lane);
    if (botCode !== '') options.figures.count(portal, { kind: 'event', botCode, name });
  }
  return written.some((work) => work.progress.delayMs === 0 && ended(work)?.has_more === true);
}
