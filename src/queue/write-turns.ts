/** Writes down what came of turns of outbox lanes, many in one transaction. */
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, isDataFault, type Pool } from '../store/database.ts';
import { acceptEvents } from '../store/queue/inbox.ts';
import { finishLanes } from '../store/queue/lanes.ts';
import { closeActions, noteFailures } from '../store/queue/outbox.ts';
import { lockPortals } from '../store/tenants/portals.ts';
import type { LaneTurn } from './outbox-turn.ts';

export interface WriteTurnsOptions {
  readonly db: Pool;
  readonly metrics: Metrics;
  readonly wakeups: Wakeups;
  readonly log: Logger;
}

/**
 * For each turn, whether its lane was still held; nothing is written of a turn whose lane was not. One lane whose data cannot be written
 * must not hold back the others: then each is written alone, and the bad one becomes a dead letter.
 */
export async function writeTurns(options: WriteTurnsOptions, turns: readonly LaneTurn[]): Promise<boolean[]> {
  try {
    return await write(options, turns);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    const [only, another] = turns;
    if (only === undefined) return [];
    options.log.error({ lanes: turns.length, err: error }, 'results cannot be written together');
    if (another === undefined) return await write(options, [unwritable(only)]);
    const held: boolean[] = [];
    for (const turn of turns) held.push(...(await writeTurns(options, [turn])));
    return held;
  }
}

/** The turn without anything from outside. What it has done stays done; that its end could not be written down is for a person to see. */
function unwritable(turn: LaneTurn): LaneTurn {
  const end = { state: 'dead_letter' as const, outcome: 'outbox.unwritable', remoteId: null };
  return {
    progress: turn.progress,
    results: turn.results.map((result) => ({ ...result, ...end })),
    failure: null,
    incoming: [],
  };
}

/** What a remote has told us is kept even where the lane was lost: it is a fact, and its key is fixed. */
async function write(options: WriteTurnsOptions, turns: readonly LaneTurn[]): Promise<boolean[]> {
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

function count(metrics: Metrics, turns: readonly LaneTurn[], held: readonly boolean[]): void {
  const lost = held.filter((isHeld) => !isHeld).length;
  if (lost > 0) metrics.leasesLost.inc({ queue: 'outbox' }, lost);
  for (const [index, turn] of turns.entries()) {
    if (held[index] !== true) continue;
    const { lane } = turn.progress;
    const target = lane.endsWith('>portal') ? 'portal' : lane.endsWith('>brain') ? 'brain' : 'app';
    for (const result of turn.results) metrics.actions.inc({ target, state: result.state });
  }
}
