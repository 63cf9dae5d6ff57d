/**
 * Drains an inbox with the app's own statements, in the way of src/queue/inbox-worker.ts, and a handler that does nothing. Argument:
 * database address.
 */
import { systemClock } from '../../src/lib/clock.ts';
import { createFullScanSchedule, type FullScanSchedule } from '../../src/queue/full-scan-schedule.ts';
import { openDatabase, type Pool } from '../../src/store/database.ts';
import { finishInbox } from '../../src/store/queue/finish-inbox.ts';
import { claimInbox, type EventResult } from '../../src/store/queue/inbox.ts';
import { laneKey } from '../../src/store/queue/lanes.ts';
import { serveParent } from '../support/serve-parent.ts';
import {
  createDrainClock,
  createTurnWatch,
  type DrainOrder,
  type DrainResult,
  drainOrderSchema,
} from './drain-orders.ts';

/** The limits of a round and the number of loops, as src/queue/inbox-worker.ts and src/start-app.ts have them. */
const limits = { lanes: 200, rows: 2_000, rowsPerLane: 250, leaseSeconds: 60 };
const loops = 2;
let claims = 0;

const db = openDatabase({ url: process.argv[2] ?? '', poolSize: 12 });

async function drain(order: DrainOrder): Promise<DrainResult> {
  const clock = createDrainClock(order);
  const watch = createTurnWatch();
  const loop = async (owner: string): Promise<void> => {
    const turns = createFullScanSchedule(systemClock);
    while (!clock.isOver()) {
      const finished = await round(db, { owner, turns }, watch.see);
      if (finished === 0) return;
      clock.finish(finished);
    }
  };
  await Promise.all(Array.from({ length: loops }, (_, index) => loop(`drain:${index}`)));
  return clock.result(watch.outOfTurn());
}

/** Claims lanes, handles their events and marks them as done. Returns how many; 0 when nothing waits. */
async function round(
  pool: Pool,
  { owner, turns }: { readonly owner: string; readonly turns: FullScanSchedule },
  handle: (lane: string, place: number) => void,
): Promise<number> {
  claims += 1;
  const claim = await claimInbox(pool, { ...limits, holder: `${owner}:${claims}`, everyDestination: turns.isDue() });
  turns.record(claim);
  const { lanes } = claim;
  if (lanes.length === 0) return 0;
  const results: EventResult[] = [];
  for (const lane of lanes) {
    for (const row of lane.rows) {
      handle(row.lane, row.body?.readUInt32BE(0) ?? -1);
      results.push({ portal: row.portal, lane: row.lane, seq: row.seq, state: 'done', outcome: 'noted' });
    }
  }
  const progress = lanes.map(({ portal, lane, holder, rows }) => ({
    portal,
    lane,
    holder,
    done: rows.at(-1)?.seq ?? 0,
    delayMs: 0,
  }));
  const nothing = { conversations: [], actions: [], claim: null };
  const finished = await finishInbox(pool, { progress, results, ...nothing });
  const held = new Set(finished.lanes.map(({ portal, key }) => laneKey(portal, key)));
  return results.filter(({ portal, lane }) => held.has(laneKey(portal, lane))).length;
}

serveParent(null, { drain: (input) => drain(drainOrderSchema.parse(input)) });
