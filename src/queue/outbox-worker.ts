/**
 * Processes the outbox: claims lanes, executes each one (`execute-lane.ts`), and writes the results. Several hundred lanes are in flight at
 * once, because they mostly wait for remotes; `destinations.ts` decides how many each remote may have.
 */

import type { Clock } from '../lib/clock.ts';
import { createGroupCommit } from '../lib/group-commit.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import type { WorkerLife } from '../runtime/worker-life.ts';
import type { Pool } from '../store/database.ts';
import type { ClaimedLane } from '../store/queue/claim-lanes.ts';
import { renewLanes } from '../store/queue/lanes.ts';
import { claimOutbox, type OutboxRow } from '../store/queue/outbox.ts';
import { createDestinations, type Slot } from './destinations.ts';
import type { Executor } from './execute-action.ts';
import { executeLane, type LaneResult } from './execute-lane.ts';
import { createFullScanSchedule } from './full-scan-schedule.ts';
import { retryWrite } from './retry-write.ts';
import { writeLaneResults } from './write-lane-results.ts';

export interface OutboxWorkerOptions {
  readonly db: Pool;
  readonly owner: string;
  readonly life: Pick<WorkerLife, 'term'>;
  readonly executor: Executor;
  readonly metrics: Metrics;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lanes in flight at the same time, and so the largest number of concurrent calls. */
  readonly lanes: number;
}

const pollMs = 1_000;
/** The poll interval while lanes wait whose destinations may not take more yet. */
const crowdedPollMs = 50;
const leaseSeconds = 60;
const renewMs = 20_000;
const rowsPerLane = 10;

/** A lane is not started when its lease ends sooner than this, which happens when a process was suspended for a while. */
const leaseMarginMs = 5_000;

/** How long calls in flight may take to finish when the process stops; calls that are cut off are repeated later with the same key. */
const stopPatienceMs = 5_000;

interface HeldLane {
  readonly lane: ClaimedLane<OutboxRow>;
  readonly term: number;
  leaseEndsAt: number;
  isLost: boolean;
}

export function startOutboxWorker(options: OutboxWorkerOptions): WorkLoop {
  const { db, clock, log } = options;
  const destinations = createDestinations(options.lanes, clock);
  const turns = createFullScanSchedule(clock);
  const heldLanes = new Set<HeldLane>();
  const aborting = new AbortController();
  const stopping = new AbortController();
  let claims = 0;

  const finisher = createGroupCommit<LaneResult, boolean>({
    maxItems: 200,
    maxBytes: Number.MAX_SAFE_INTEGER,
    sizeOf: () => 1,
    concurrency: 1,
    flush: (written) => writeLaneResults(options, written),
  });

  const isHeld = (entry: HeldLane): boolean =>
    !entry.isLost && entry.term === options.life.term() && clock.monotonicMs() < entry.leaseEndsAt - leaseMarginMs;

  async function runLane(entry: HeldLane, slot: Slot): Promise<void> {
    const { lane } = entry;
    try {
      const attempts = { slot, isHeld: () => isHeld(entry), signal: aborting.signal };
      const result = await executeLane(options, lane, attempts);
      await retryWrite(() => finisher.add(result), { clock, stopping: stopping.signal });
    } catch (error) {
      // Nothing was written: the lease ends and the lane is executed again, which is harmless because the actions keep their keys.
      log.error({ lane: lane.lane, err: error }, 'the result of an outbox lane could not be written');
    } finally {
      slot.leave();
      heldLanes.delete(entry);
      options.wakeups.outbox.ring();
    }
  }

  async function renew(): Promise<void> {
    const entries = [...heldLanes];
    const askedAt = clock.monotonicMs();
    const isStillHeld = await renewLanes(
      db,
      'outbox',
      entries.map(({ lane }) => lane),
      leaseSeconds,
    );
    for (const entry of entries) {
      if (isStillHeld(entry.lane)) entry.leaseEndsAt = askedAt + leaseSeconds * 1000;
      else entry.isLost = true;
    }
  }

  const renewal = setInterval(() => {
    if (heldLanes.size === 0) return;
    renew().catch((error: unknown) => log.warn({ err: error }, 'outbox leases could not be renewed'));
  }, renewMs);

  const loop = startWorkLoop({
    name: 'outbox',
    wakeup: options.wakeups.outbox,
    log,
    pollMs,
    round: async (signal) => {
      const plan = destinations.plan();
      options.metrics.openBreakers.set(destinations.openBreakers());
      if (plan.lanes === 0) return false;
      claims += 1;
      const term = options.life.term();
      const leaseEndsAt = clock.monotonicMs() + leaseSeconds * 1000;
      const claim = await claimOutbox(db, {
        ...plan,
        holder: `${options.owner}:o${claims}`,
        rows: plan.lanes * rowsPerLane,
        rowsPerLane,
        leaseSeconds,
        everyDestination: turns.isDue(),
      });
      turns.record(claim);
      for (const lane of claim.lanes) {
        const entry = { lane, term, leaseEndsAt, isLost: false };
        heldLanes.add(entry);
        void runLane(entry, destinations.enter(lane));
      }
      if (claim.lanes.length > 0) return true;
      const dueInMs = turns.dueInMs();
      if (dueInMs === null) return false;
      // All lanes that were read belong to destinations that may take no more; lanes of other destinations may come after them.
      await options.wakeups.outbox.wait(Math.max(dueInMs, crowdedPollMs), signal);
      return true;
    },
  });

  return {
    async stop() {
      stopping.abort();
      await loop.stop();
      const patience = setTimeout(() => aborting.abort(), stopPatienceMs);
      while (heldLanes.size > 0) await options.wakeups.outbox.wait(50, new AbortController().signal);
      clearTimeout(patience);
      clearInterval(renewal);
      await finisher.idle();
    },
  };
}
