/** Writes the results of executed outbox lanes, many lanes in one transaction. */
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, isDataFault, type Pool } from '../store/database.ts';
import { acceptEvents } from '../store/queue/inbox.ts';
import { finishLanes } from '../store/queue/lanes.ts';
import { closeActions, noteFailures } from '../store/queue/outbox.ts';
import { lockPortals } from '../store/tenants/portals.ts';
import type { LaneResult } from './execute-lane.ts';

export interface WriteLaneResultsOptions {
  readonly db: Pool;
  readonly metrics: Metrics;
  readonly wakeups: Wakeups;
  readonly log: Logger;
}

/**
 * Returns for each lane whether it was still held; nothing is written for a lane that was not. If the data of one lane cannot be written,
 * each lane is written by itself, and the bad one becomes a dead letter.
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
    if (another === undefined) return await write(options, [withoutOutsideData(only)]);
    const held: boolean[] = [];
    for (const turn of turns) held.push(...(await writeLaneResults(options, [turn])));
    return held;
  }
}

/**
 * The result without any data from outside. What was executed stays executed; the dead letter tells an administrator that its result could
 * not be recorded.
 */
function withoutOutsideData(turn: LaneResult): LaneResult {
  const end = { state: 'dead_letter' as const, outcome: 'outbox.unwritable', remoteId: null };
  return {
    progress: turn.progress,
    results: turn.results.map((result) => ({ ...result, ...end })),
    failure: null,
    incoming: [],
  };
}

/** Events are stored even if the lane was lost: they are facts, and their keys are fixed. */
async function write(options: WriteLaneResultsOptions, turns: readonly LaneResult[]): Promise<boolean[]> {
  const incoming = turns.flatMap((turn) => turn.incoming);
  const held = await inTransaction(options.db, async (trx) => {
    const living = await lockPortals(trx, [...new Set(incoming.map((event) => event.portal))]);
    const wanted = incoming.filter((event) => living.has(event.portal));
    if (wanted.length > 0) await acceptEvents(trx, wanted);
    const isHeld = await finishLanes(
      trx,
      'outbox',
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
  if (incoming.length > 0) options.wakeups.inbox.ring();
  count(options.metrics, turns, held);
  return held;
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
