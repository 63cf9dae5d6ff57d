/**
 * Decides how many lanes of each destination this process may work on at a time, from how the destination has behaved: one that answers
 * quickly gets many slots, an unknown one a few, a slow one fewer. One that does not answer at all is tried by a single lane now and then
 * (a circuit breaker). Slow and unknown destinations together never take the slots reserved for those that have answered lately.
 */
import type { Clock } from '../lib/clock.ts';
import type { Allowance, ClaimOptions, Destination } from '../store/queue/claim-lanes.ts';
import { type DestinationState, type Slot, slotIn, slowOf, unansweredToOpen } from './destination-slots.ts';

/** The arguments for `claimLanes`. */
export type ClaimPlan = Pick<ClaimOptions, 'lanes' | 'unproven' | 'perDestination' | 'allowances'>;

export interface Destinations {
  /** What the next claim may take. */
  plan(): ClaimPlan;
  /** Takes a slot for a claimed lane. */
  enter(destination: Destination): Slot;
  /** The number of destinations that are not tried now because they did not answer; for metrics. */
  openBreakers(): number;
}

/** How long a destination counts as answering after its last quick answer, and how long it is remembered after its last use. */
const rememberedMs = 600_000;

/** Slots of one destination at a time. */
const slotsOf = { answering: 64, unknown: 8, slow: 4 } as const;

/**
 * Slots of a destination that answers and whose lanes wait for its budget: three batches, so that one can be filled while others are under
 * way.
 */
const slotsWhileWaiting = 150;

/** The share of all slots that slow destinations may take, and the share of slow and unknown ones together. */
const slowShare = 0.5;
const unprovenShare = 0.75;

/** Slow calls may make the number of calls in flight exceed the number of slots, up to this factor. */
const maxOvercommit = 2;

/**
 * While at least this many slots are left to slow and unknown destinations, a claim need not be told which destinations have answered
 * lately.
 */
const ampleSlots = 64;

/** This many slow attempts at the same time make a destination slow, whatever else it answers. */
const slowAtOnce = 16;

/** The largest number of answering destinations passed to a claim. */
const maxNamed = 2_000;

type DestinationStatus = 'answering' | 'unknown' | 'slow' | 'open';

interface Assessed {
  readonly state: DestinationState;
  readonly status: DestinationStatus;
}

export function createDestinations(slots: number, clock: Pick<Clock, 'monotonicMs'>): Destinations {
  return new RemoteDestinations(slots, clock);
}

class RemoteDestinations implements Destinations {
  readonly #slots: number;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #states = new Map<string, DestinationState>();
  #tidiedAt: number;
  #slowTurn = 0;

  constructor(slots: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#slots = slots;
    this.#clock = clock;
    this.#tidiedAt = this.#clock.monotonicMs();
  }

  plan(): ClaimPlan {
    const now = this.#clock.monotonicMs();
    this.#tidy(now);
    const records = [...this.#states.values()].map((state) => ({ state, status: this.#standingOf(state, now) }));
    const used = countUsed(records, now);
    // Shared slots cost no request, so as many as `#slots` are not counted; more are, so that memory and leases stay bounded.
    used.answering += Math.max(0, countShared(records) - this.#slots);
    const slow = used.slow + used.open;
    const proper = used.unknown + used.answering;
    // Many portals that answered until now may all hang at once. As soon as their calls count as slow, part of their slots is lent to
    // others.
    const lent = Math.min(slow, Math.floor(this.#slots * slowShare));
    const free = Math.max(0, Math.min(this.#slots - lent, maxOvercommit * this.#slots - slow) - proper);
    const unprovenLanes = Math.min(free, Math.max(0, Math.floor(this.#slots * unprovenShare) - slow - used.unknown));
    const isScarce = unprovenLanes < Math.min(free, ampleSlots);
    const offered = this.#offerToSlow(
      records,
      Math.min(unprovenLanes, Math.floor(this.#slots * slowShare) - slow),
      now,
    );
    const perDestination = unprovenLanes > 0 ? slotsOf.unknown : 0;
    const proven: Allowance[] = [];
    const others: Allowance[] = [];
    for (const { state, status } of records) {
      const isProven = status === 'answering';
      const unproven =
        status === 'unknown' ? (unprovenLanes > 0 ? this.#freeOf(state, status, now) : 0) : offered.get(state);
      const lanes = isProven ? this.#freeOf(state, status, now) : (unproven ?? 0);
      const { portal, destination } = state;
      const allowance = { portal, destination, lanes, isProven };
      // Destinations that are not named may take `perDestination`; only those for which that is wrong are named.
      const isUsual = lanes === perDestination || (isProven && state.used === 0);
      if (isScarce && isProven) proven.push(allowance);
      else if (!isUsual) others.push(allowance);
    }
    return {
      // Unless answering destinations are named, the reserved slots can only be kept from all destinations.
      lanes: isScarce ? free : unprovenLanes,
      unproven: unprovenLanes,
      perDestination,
      allowances: [...others, ...proven.slice(-maxNamed)],
    };
  }

  enter({ portal, destination }: Destination): Slot {
    const key = `${portal}\n${destination}`;
    const known = this.#states.get(key);
    const now = this.#clock.monotonicMs();
    const state: DestinationState = known ?? {
      portal,
      destination,
      used: 0,
      shared: 0,
      begun: new Set(),
      unansweredInRow: 0,
      openUntil: 0,
      answeredAt: null,
      wasSlow: false,
      usedAt: now,
    };
    this.#states.set(key, state);
    state.used += 1;
    return slotIn(state, this.#clock);
  }

  openBreakers(): number {
    const now = this.#clock.monotonicMs();
    return [...this.#states.values()].filter((state) => this.#standingOf(state, now) === 'open').length;
  }

  #standingOf(state: DestinationState, now: number): DestinationStatus {
    if (state.unansweredInRow >= unansweredToOpen) return 'open';
    const { count: slow, lastAt } = slowOf(state, now);
    // One long upload does not make a portal slow that has answered quickly since.
    const isQuickBeside = state.answeredAt !== null && state.answeredAt > lastAt;
    if (state.unansweredInRow > 0 || state.wasSlow || slow >= slowAtOnce || (slow > 0 && !isQuickBeside)) return 'slow';
    return state.answeredAt !== null && now - state.answeredAt < rememberedMs ? 'answering' : 'unknown';
  }

  /** How many more lanes the destination may have. */
  #freeOf(state: DestinationState, status: DestinationStatus, now: number): number {
    if (status === 'open') return now >= state.openUntil && state.used === 0 ? 1 : 0;
    const most = status === 'answering' && state.shared > 0 ? slotsWhileWaiting : slotsOf[status];
    return Math.max(0, most - state.used);
  }

  /** Distributes `lanes` among slow destinations; those that get none this time come first next time. */
  #offerToSlow(all: readonly Assessed[], lanes: number, now: number): ReadonlyMap<DestinationState, number> {
    const offered = new Map<DestinationState, number>();
    const slow = all.flatMap(({ state, status }) => {
      const free = status === 'slow' || status === 'open' ? this.#freeOf(state, status, now) : 0;
      return free > 0 ? [{ state, free }] : [];
    });
    let left = lanes;
    let served = 0;
    for (; served < slow.length && left > 0; served += 1) {
      const one = slow[(this.#slowTurn + served) % slow.length];
      if (one === undefined) break;
      const given = Math.min(left, one.free);
      offered.set(one.state, given);
      left -= given;
    }
    this.#slowTurn = slow.length === 0 ? 0 : (this.#slowTurn + served) % slow.length;
    return offered;
  }

  #tidy(now: number): void {
    if (now - this.#tidiedAt < 60_000) return;
    this.#tidiedAt = now;
    for (const [key, state] of this.#states) {
      if (state.used === 0 && now - state.usedAt > rememberedMs) this.#states.delete(key);
    }
  }
}

/** Slots in use, by the status of their destinations; a slow call counts as slow whatever its destination's status. */
function countUsed(all: readonly Assessed[], now: number): Record<DestinationStatus, number> {
  const used = { answering: 0, unknown: 0, slow: 0, open: 0 };
  for (const { state, status } of all) {
    const slow = status === 'answering' || status === 'unknown' ? slowOf(state, now).count : 0;
    used[status] += Math.max(0, state.used - state.shared - slow);
    used.slow += slow;
  }
  return used;
}

const countShared = (all: readonly Assessed[]): number => all.reduce((sum, { state }) => sum + state.shared, 0);
