/** Writes the results of executed outbox lanes, many lanes in one transaction. */
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, isDataFault, type Pool, type Transaction, withoutCollision } from '../store/database.ts';
import { lanesOf } from '../store/queue/held-events.ts';
import { type AcceptedEvents, acceptAndClaim, type NewEvent } from '../store/queue/inbox.ts';
import { type DirectClaim, type FinishedLane, laneKey } from '../store/queue/lanes.ts';
import { finishOutbox, type OutboxFinish } from '../store/queue/outbox.ts';
import { lockPortals } from '../store/tenants/portals.ts';
import { type InboxPlaces, writeAndTake } from './direct-claims.ts';
import type { EndedAction, LaneResult } from './execute-lane.ts';

export interface WriteLaneResultsOptions {
  readonly db: Pool;
  readonly metrics: Metrics;
  readonly wakeups: Wakeups;
  readonly inboxPlaces: InboxPlaces;
  readonly log: Logger;
}

/**
 * Returns for each lane whether it has more that can be executed at once. For a lane that is no longer held, only events are stored. If the
 * data of one lane cannot be written, each lane is written by itself, and what cannot be written becomes a dead letter.
 */
export async function writeLaneResults(
  options: WriteLaneResultsOptions,
  turns: readonly LaneResult[],
): Promise<boolean[]> {
  try {
    return await write(options, turns);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    const [only, another] = turns;
    if (only === undefined) return [];
    options.log.error({ lanes: turns.length, err: error }, 'results cannot be written together');
    if (another === undefined) return await writeOneByOne(options, only);
    const hasMore: boolean[] = [];
    for (const turn of turns) hasMore.push(...(await writeLaneResults(options, [turn])));
    return hasMore;
  }
}

/** Stores the events of each action by themselves: an action whose events cannot be stored becomes a dead letter, and the others do not. */
async function writeOneByOne(options: WriteLaneResultsOptions, turn: LaneResult): Promise<boolean[]> {
  const results: EndedAction[] = [];
  for (const result of turn.results)
    results.push((await storesEvents(options, result)) ? withoutEvents(result) : unwritable(result));
  try {
    options.wakeups.inbox.ring();
    return await write(options, [{ ...turn, results }]);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    return await write(options, [{ progress: turn.progress, results: turn.results.map(unwritable), failure: null }]);
  }
}

async function storesEvents(options: WriteLaneResultsOptions, { incoming }: EndedAction): Promise<boolean> {
  try {
    await inTransaction(options.db, (trx) => storeEvents(trx, incoming, null));
    return true;
  } catch (error) {
    if (!isDataFault(error)) throw error;
    return false;
  }
}

const withoutEvents = (result: EndedAction): EndedAction => ({ ...result, incoming: [] });

/**
 * The result without any data from outside. What was executed stays executed; the dead letter tells an administrator that its result could
 * not be recorded.
 */
function unwritable(result: EndedAction): EndedAction {
  return { ...withoutEvents(result), state: 'dead_letter', outcome: 'outbox.unwritable', remoteId: null };
}

/** Stores the events of portals that still exist. Events are facts with fixed keys: storing them again has no effect. */
async function storeEvents(
  trx: Transaction,
  incoming: readonly NewEvent[],
  claim: DirectClaim | null,
): Promise<AcceptedEvents> {
  const living = await lockPortals(trx, [...new Set(incoming.map((event) => event.portal))]);
  const wanted = incoming.filter((event) => living.has(event.portal));
  return wanted.length > 0 ? await acceptAndClaim(trx, wanted, claim) : { isNew: [], claimed: [] };
}

/** Stores events even if the lane was lost. */
async function write(options: WriteLaneResultsOptions, turns: readonly LaneResult[]): Promise<boolean[]> {
  const incoming = turns.flatMap((turn) => turn.results.flatMap((result) => result.incoming));
  const finish = {
    progress: turns.map((turn) => turn.progress),
    results: turns.flatMap((turn) => turn.results),
    failures: turns.flatMap((turn) => (turn.failure === null ? [] : [turn.failure])),
  };
  const finished =
    incoming.length === 0
      ? await withoutCollision(() => finishOutbox(options.db, finish))
      : await finishWithEvents(options, finish, incoming);
  const lanes = new Map(finished.map((lane) => [laneKey(lane.portal, lane.key), lane]));
  const ended = turns.map(({ progress }) => lanes.get(laneKey(progress.portal, progress.lane)));
  count(
    options.metrics,
    turns,
    ended.map((lane) => lane !== undefined),
  );
  return turns.map(({ progress }, index) => progress.delayMs === 0 && ended[index]?.has_more === true);
}

async function finishWithEvents(
  { db, inboxPlaces, wakeups }: WriteLaneResultsOptions,
  finish: OutboxFinish,
  incoming: readonly NewEvent[],
): Promise<readonly FinishedLane[]> {
  const place = inboxPlaces.reserve();
  const write = () =>
    inTransaction(db, async (trx) => {
      const { isNew, claimed } = await storeEvents(trx, incoming, place);
      return { isNew, claimed, finished: await finishOutbox(trx, finish) };
    });
  const { isNew, claimed, finished } =
    place === null ? await write() : await writeAndTake(place, () => lanesOf(incoming), write);
  const handed = claimed.reduce((sum, { rows }) => sum + rows.length, 0);
  if (isNew.filter(Boolean).length > handed) wakeups.inbox.ring();
  return finished;
}

function count(metrics: Metrics, turns: readonly LaneResult[], held: readonly boolean[]): void {
  const lost = held.filter((isHeld) => !isHeld).length;
  if (lost > 0) metrics.leasesLost.inc({ queue: 'outbox' }, lost);
  for (const [index, turn] of turns.entries()) {
    if (held[index] !== true) continue;
    const { lane } = turn.progress;
    const target = lane.endsWith('>portal') ? 'portal' : lane.endsWith('>brain') ? 'brain' : 'app';
    for (const result of turn.results) metrics.actions.inc({ target, state: result.state });
  }
}
