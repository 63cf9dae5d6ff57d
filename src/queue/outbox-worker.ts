/**
 * Processes the outbox: claims lanes, executes each one (`execute-lane.ts`), and writes the results. Several hundred lanes are in flight at
 * once, because they mostly wait for remotes; `destinations.ts` decides how many each remote may have.
 */

import type { Clock } from '../lib/clock.ts';
import { createGroupCommit, type GroupCommit } from '../lib/group-commit.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import type { WorkerLife } from '../runtime/worker-life.ts';
import type { Pool } from '../store/database.ts';
import { type ClaimedLane, type Destination, hasReadyLanes } from '../store/queue/claim-lanes.ts';
import { laneBeginning } from '../store/queue/lane-names.ts';
import { type LaneId, laneKey, renewLanes } from '../store/queue/lanes.ts';
import { claimOutbox, type NewAction, type OutboxRow } from '../store/queue/outbox.ts';
import { admitLanes } from './admit-lanes.ts';
import type { Slot } from './destination-slots.ts';
import { createDestinations, type Destinations } from './destinations.ts';
import { createPlace, type OutboxPlace, type WorkerPlaces } from './direct-claims.ts';
import type { Executor } from './execute-action.ts';
import { executeLane, type LaneResult } from './execute-lane.ts';
import { createFullScanSchedule, type FullScanSchedule } from './full-scan-schedule.ts';
import { retryWrite } from './retry-write.ts';
import { createReturnLanes, type ReturnLanes } from './return-lanes.ts';
import { writeLaneResults } from './write-lane-results.ts';

export interface OutboxWorkerOptions {
  readonly db: Pool;
  readonly owner: string;
  readonly life: Pick<WorkerLife, 'term'>;
  readonly executor: Executor;
  readonly metrics: Metrics;
  readonly wakeups: Wakeups;
  readonly places: WorkerPlaces;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lanes in flight at the same time, and so the largest number of concurrent calls. */
  readonly lanes: number;
  readonly pollMs?: number | undefined;
  /** The first wait before a delivery that failed is tried again. */
  readonly firstRetryMs?: number | undefined;
}

const defaultPollMs = 1_000;
/** The poll interval while lanes wait whose destinations may not take more yet. */
const crowdedPollMs = 50;
const leaseSeconds = 60;
const renewMs = 20_000;
const rowsPerLane = 10;

/** A write with more lanes than this hands over none of them: they wait for a claim, which takes them all at once. */
const maxHanded = 8;

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
  return new OutboxWorker(options);
}

class OutboxWorker implements WorkLoop {
  readonly #options: OutboxWorkerOptions;
  readonly #destinations: Destinations;
  readonly #turns: FullScanSchedule;
  readonly #inHand = new Set<HeldLane>();
  readonly #aborting = new AbortController();
  readonly #stopping = new AbortController();
  #claims = 0;
  /** The last claim may have left ready lanes: each slot that becomes free lets the loop claim again. */
  #hasLeft = true;
  /** Places that were reserved and not used yet. */
  #places = 0;
  readonly #finisher: GroupCommit<LaneResult, boolean>;
  readonly #returnLanes: ReturnLanes;
  readonly #renewal: NodeJS.Timeout;
  readonly #loop: WorkLoop;

  constructor(options: OutboxWorkerOptions) {
    this.#options = options;
    this.#destinations = createDestinations(this.#options.lanes, this.#options.clock);
    this.#turns = createFullScanSchedule(this.#options.clock);
    this.#finisher = createGroupCommit<LaneResult, boolean>({
      maxItems: 200,
      maxBytes: Number.MAX_SAFE_INTEGER,
      sizeOf: () => 1,
      concurrency: 1,
      flush: (written) => writeLaneResults({ ...this.#options, inboxPlaces: this.#options.places.inbox }, written),
    });
    const { db, clock, log } = options;
    const retry = { clock, stopping: this.#stopping.signal };
    this.#returnLanes = createReturnLanes({ db, queue: 'outbox', leaseSeconds, retry, log });
    this.#renewal = setInterval(() => {
      if (this.#inHand.size === 0) return;
      this.#renew().catch((error: unknown) =>
        this.#options.log.warn({ err: error }, 'outbox leases could not be renewed'),
      );
    }, renewMs);
    this.#loop = startWorkLoop({
      name: 'outbox',
      wakeup: this.#options.wakeups.outbox,
      log: this.#options.log,
      pollMs: this.#options.pollMs ?? defaultPollMs,
      round: (signal, isPoll) => this.#round(signal, isPoll),
    });
    this.#options.places.outbox.open((actions) => this.#reserve(actions));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop.stop();
    const patience = setTimeout(() => this.#aborting.abort(), stopPatienceMs);
    while (this.#inHand.size + this.#places > 0)
      await this.#options.wakeups.outbox.wait(50, new AbortController().signal);
    clearTimeout(patience);
    clearInterval(this.#renewal);
    await this.#finisher.idle();
  }

  async #round(signal: AbortSignal, isPoll: boolean): Promise<boolean> {
    const plan = this.#destinations.plan();
    this.#options.metrics.openBreakers.set(this.#destinations.openBreakers());
    this.#hasLeft = true;
    if (plan.lanes === 0) return false;
    if (isPoll && !(await hasReadyLanes(this.#options.db, 'outbox'))) {
      this.#hasLeft = false;
      return false;
    }
    this.#claims += 1;
    const term = this.#options.life.term();
    const leaseEndsAt = this.#options.clock.monotonicMs() + leaseSeconds * 1000;
    const claim = await claimOutbox(this.#options.db, {
      ...plan,
      holder: `${this.#options.owner}:o${this.#claims}`,
      rows: plan.lanes * rowsPerLane,
      rowsPerLane,
      leaseSeconds,
      everyDestination: this.#turns.isDue(),
    });
    this.#turns.record(claim);
    this.#hasLeft = claim.hasLeft;
    for (const lane of claim.lanes) this.#begin({ lane, term, leaseEndsAt, isLost: false });
    if (claim.lanes.length > 0) return claim.hasLeft;
    const dueInMs = this.#turns.dueInMs();
    if (dueInMs === null) return false;
    // All lanes that were read belong to destinations that may take no more; lanes of other destinations may come after them.
    await this.#options.wakeups.outbox.wait(Math.max(dueInMs, crowdedPollMs), signal);
    return true;
  }

  #begin(entry: HeldLane): void {
    this.#inHand.add(entry);
    void this.#turn(entry, this.#destinations.enter(entry.lane));
  }

  /** A place for those of the actions' lanes that a claim would take now; timers are not due yet, and set-ups of portals may wait for a claim. */
  #reserve(actions: readonly NewAction[]): OutboxPlace | null {
    const lanes = new Map<string, LaneId & Destination>();
    for (const action of actions) {
      const destination = destinationOf(action);
      if (destination !== null) lanes.set(laneKey(action.portal, action.lane), { ...action, destination });
    }
    if (this.#stopping.signal.aborted || lanes.size === 0 || lanes.size > maxHanded) return null;
    const admitted = admitLanes(this.#destinations.plan(), [...lanes.values()]);
    if (admitted.length === 0) return null;
    const wanted = new Set(admitted.map(({ portal, lane }) => laneKey(portal, lane)));
    const { owner, life, clock } = this.#options;
    const term = life.term();
    const leaseEndsAt = clock.monotonicMs() + leaseSeconds * 1000;
    const work = (claimed: readonly ClaimedLane<OutboxRow>[]): void => {
      this.#places -= 1;
      for (const lane of claimed) this.#begin({ lane, term, leaseEndsAt, isLost: false });
    };
    this.#places += 1;
    this.#claims += 1;
    const place = createPlace({ leaseSeconds, returnLanes: this.#returnLanes, work }, `${owner}:h${this.#claims}`);
    return { ...place, wants: ({ portal, lane }) => wanted.has(laneKey(portal, lane)) };
  }

  #isHeld(entry: HeldLane): boolean {
    return (
      !entry.isLost &&
      entry.term === this.#options.life.term() &&
      this.#options.clock.monotonicMs() < entry.leaseEndsAt - leaseMarginMs
    );
  }

  async #turn(entry: HeldLane, slot: Slot): Promise<void> {
    const { lane } = entry;
    let hasMore = false;
    try {
      const attempts = { slot, isHeld: () => this.#isHeld(entry), signal: this.#aborting.signal };
      const result = await executeLane(this.#options, lane, attempts);
      hasMore = await retryWrite(() => this.#finisher.add(result), {
        clock: this.#options.clock,
        stopping: this.#stopping.signal,
      });
    } catch (error) {
      // Nothing was written: the lease ends and the lane is executed again, which is harmless because the actions keep their keys.
      this.#options.log.error({ lane: lane.lane, err: error }, 'the result of an outbox lane could not be written');
    } finally {
      slot.leave();
      this.#inHand.delete(entry);
      if (hasMore || this.#hasLeft) this.#options.wakeups.outbox.ring();
    }
  }

  async #renew(): Promise<void> {
    const entries = [...this.#inHand];
    const askedAt = this.#options.clock.monotonicMs();
    const isStillHeld = await renewLanes(
      this.#options.db,
      'outbox',
      entries.map(({ lane }) => lane),
      leaseSeconds,
    );
    for (const entry of entries) {
      if (isStillHeld(entry.lane)) entry.leaseEndsAt = askedAt + leaseSeconds * 1000;
      else entry.isLost = true;
    }
  }
}

/** The destination of a chat's action, as the database derives it from the lane; null for all other actions. */
function destinationOf({ target, botCode, delayMs }: NewAction): string | null {
  if (target === 'app' || botCode === null || delayMs !== undefined) return null;
  return target === 'portal' ? 'portal' : `${laneBeginning(botCode)}>brain`;
}
