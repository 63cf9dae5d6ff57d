/**
 * Works the outbox: takes lanes, works each in a turn of its own (`outbox-turn.ts`), and writes down what came of it. Several hundred turns
 * are under way at once, because they wait for remotes and do not work; how many each remote may have, `destinations.ts` decides.
 */

import type { Clock } from '../lib/clock.ts';
import { createGroupCommit, type GroupCommit } from '../lib/group-commit.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import type { WorkerLife } from '../runtime/worker-life.ts';
import type { Pool } from '../store/database.ts';
import type { ClaimedLane } from '../store/queue/claim-lanes.ts';
import { renewLanes } from '../store/queue/lanes.ts';
import { claimOutbox, type OutboxRow } from '../store/queue/outbox.ts';
import { type ClaimTurns, createClaimTurns } from './claim-turns.ts';
import { createDestinations, type Destinations, type Place } from './destinations.ts';
import type { Executor } from './execute-action.ts';
import { type LaneTurn, workLane } from './outbox-turn.ts';
import { writeAgain } from './retry-write.ts';
import { writeTurns } from './write-turns.ts';

export interface OutboxWorkerOptions {
  readonly db: Pool;
  readonly owner: string;
  readonly life: Pick<WorkerLife, 'term'>;
  readonly executor: Executor;
  readonly metrics: Metrics;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lanes worked at the same time: as many calls may be under way. */
  readonly lanes: number;
  readonly pollMs?: number | undefined;
  /** The first wait before a delivery that failed is tried again. */
  readonly firstRetryMs?: number | undefined;
}

const usualPollMs = 1_000;
/** The same while lanes wait that may not be taken yet. */
const crowdedPollMs = 50;
const leaseSeconds = 60;
const renewMs = 20_000;
const rowsPerLane = 10;

/** So long before its lease ends a lane is no longer begun anew: a process that was stopped for a while finds itself here. */
const leaseMarginMs = 5_000;

/** How long calls under way may take to come home when the process stops; what is cut off is repeated later with the same key. */
const stopPatienceMs = 5_000;

interface InHand {
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
  readonly #turns: ClaimTurns;
  readonly #inHand = new Set<InHand>();
  readonly #aborting = new AbortController();
  readonly #stopping = new AbortController();
  #claims = 0;
  readonly #finisher: GroupCommit<LaneTurn, boolean>;
  readonly #renewal: NodeJS.Timeout;
  readonly #loop: WorkLoop;

  constructor(options: OutboxWorkerOptions) {
    this.#options = options;
    this.#destinations = createDestinations(this.#options.lanes, this.#options.clock);
    this.#turns = createClaimTurns(this.#options.clock);
    this.#finisher = createGroupCommit<LaneTurn, boolean>({
      maxItems: 200,
      maxBytes: Number.MAX_SAFE_INTEGER,
      sizeOf: () => 1,
      concurrency: 1,
      flush: (written) => writeTurns(this.#options, written),
    });
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
      pollMs: this.#options.pollMs ?? usualPollMs,
      round: (signal) => this.#round(signal),
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop.stop();
    const patience = setTimeout(() => this.#aborting.abort(), stopPatienceMs);
    while (this.#inHand.size > 0) await this.#options.wakeups.outbox.wait(50, new AbortController().signal);
    clearTimeout(patience);
    clearInterval(this.#renewal);
    await this.#finisher.idle();
  }

  async #round(signal: AbortSignal): Promise<boolean> {
    const plan = this.#destinations.plan();
    this.#options.metrics.openBreakers.set(this.#destinations.openBreakers());
    if (plan.lanes === 0) return false;
    this.#claims += 1;
    const term = this.#options.life.term();
    const leaseEndsAt = this.#options.clock.monotonicMs() + leaseSeconds * 1000;
    const claim = await claimOutbox(this.#options.db, {
      ...plan,
      holder: `${this.#options.owner}:o${this.#claims}`,
      rows: plan.lanes * rowsPerLane,
      rowsPerLane,
      leaseSeconds,
      everyDestination: this.#turns.next(),
    });
    this.#turns.seen(claim);
    for (const lane of claim.lanes) {
      const entry = { lane, term, leaseEndsAt, isLost: false };
      this.#inHand.add(entry);
      void this.#turn(entry, this.#destinations.enter(lane));
    }
    if (claim.lanes.length > 0) return true;
    const dueInMs = this.#turns.dueInMs();
    if (dueInMs === null) return false;
    // All that was looked at belongs to destinations that may take no more; others may stand behind them.
    await this.#options.wakeups.outbox.wait(Math.max(dueInMs, crowdedPollMs), signal);
    return true;
  }

  #isHeld(entry: InHand): boolean {
    return (
      !entry.isLost &&
      entry.term === this.#options.life.term() &&
      this.#options.clock.monotonicMs() < entry.leaseEndsAt - leaseMarginMs
    );
  }

  async #turn(entry: InHand, place: Place): Promise<void> {
    const { lane } = entry;
    try {
      const attempts = { place, isHeld: () => this.#isHeld(entry), signal: this.#aborting.signal };
      const result = await workLane(this.#options, lane, attempts);
      await writeAgain(() => this.#finisher.add(result), {
        clock: this.#options.clock,
        stopping: this.#stopping.signal,
      });
    } catch (error) {
      // Nothing was written: the lease ends and the lane is worked again, which its keys make harmless.
      this.#options.log.error({ lane: lane.lane, err: error }, 'the result of an outbox lane could not be written');
    } finally {
      place.leave();
      this.#inHand.delete(entry);
      this.#options.wakeups.outbox.ring();
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
