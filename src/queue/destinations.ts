/**
 * Decides how many lanes of each destination this process may work at a time, from how the destination has behaved: one that answers
 * quickly gets many places, an unknown one a few, a slow one fewer, and one that does not answer at all is asked by a single lane now and
 * then (a circuit breaker). Slow and unknown destinations together can never take the places kept for those that answered lately.
 */
import type { Clock } from '../lib/clock.ts';
import type { Allowance, ClaimOptions, Destination } from '../store/queue/claim-lanes.ts';

/**
 * How one attempt ended. `answered`: the remote said something, a refusal included. `silent`: it could not be reached or broke off. A
 * silence that was over quickly has kept nobody waiting and counts for nothing here: the lane's own backoff is enough.
 */
export type Ending = 'answered' | 'silent' | 'not_asked';

/** As `claimLanes` wants it. */
export type Plan = Pick<ClaimOptions, 'lanes' | 'unproven' | 'perDestination' | 'allowances'>;

/** A place in use. */
export interface Place {
  /** Call before each attempt; returns the way to say how it ended. Said twice it counts once. */
  begin(): (ending: Ending) => void;
  leave(): void;
}

export interface Destinations {
  /** What the next claim may take. */
  plan(): Plan;
  /** Takes a place for a lane that was claimed. */
  enter(destination: Destination): Place;
  /** How many destinations are not asked now because they did not answer; for metrics. */
  openBreakers(): number;
}

/** An answer that took so long was slow. Bitrix24 and MessageGateway answer within some hundred milliseconds. */
const slowMs = 2_000;

/** A call under way for so long counts as slow until it ends: for as long as this, a crowd of known remotes that all hang goes unnoticed. */
const noticedMs = 500;

/** So many attempts in a row that waited long and got no answer open the breaker. */
const silentToOpen = 3;

/** A destination whose breaker is open is asked again after 2 s, 4 s … at most a minute. */
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

/** A destination is known to answer for so long after its last quick answer, and forgotten so long after its last use. */
const rememberedMs = 600_000;

/** Places of one destination at a time. A portal allows two requests a second, so 64 calls under way are a quick portal's half minute. */
const placesOf = { answering: 64, unknown: 8, slow: 4 } as const;

/** Shares of all places that slow destinations, and slow and unknown ones together, may take. */
const slowShare = 0.5;
const unprovenShare = 0.75;

/** Calls that turn out to be slow, and the others beside them, may be so many times the places. */
const maxTimes = 2;

/** While at least so many places are left to slow and unknown destinations, a claim need not be told who has answered lately. */
const roomForAll = 64;

/** So many attempts of one destination that are slow at the same time make it slow, whatever else it answers. */
const slowAtOnce = 16;

/** Destinations that answer, named to a claim that has to know them. */
const maxNamed = 2_000;

type HealthStatus = 'answering' | 'unknown' | 'slow' | 'open';

interface State extends Destination {
  /** Places in use. */
  used: number;
  /** When the attempts under way began. */
  readonly begun: Set<{ readonly at: number }>;
  silentInRow: number;
  openUntil: number;
  /** Of the last quick answer; null: none yet. */
  answeredAt: number | null;
  /** The last answer was slow. */
  wasSlow: boolean;
  usedAt: number;
}

interface Judged {
  readonly state: State;
  readonly record: HealthStatus;
}

export function createDestinations(places: number, clock: Pick<Clock, 'monotonicMs'>): Destinations {
  return new RemoteDestinations(places, clock);
}

class RemoteDestinations implements Destinations {
  readonly #places: number;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #states = new Map<string, State>();
  #tidiedAt: number;
  #slowTurn = 0;

  constructor(places: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#places = places;
    this.#clock = clock;
    this.#tidiedAt = this.#clock.monotonicMs();
  }

  plan(): Plan {
    const now = this.#clock.monotonicMs();
    this.#tidy(now);
    const records = [...this.#states.values()].map((state) => ({ state, record: this.#standingOf(state, now) }));
    const used = countUsed(records, now);
    const slow = used.slow + used.open;
    const proper = used.unknown + used.answering;
    // Portals that answered until now may take every place and then hang, all at once: as soon as it shows, their places count no more.
    const lent = Math.min(slow, Math.floor(this.#places * slowShare));
    const free = Math.max(0, Math.min(this.#places - lent, maxTimes * this.#places - slow) - proper);
    const room = Math.min(free, Math.max(0, Math.floor(this.#places * unprovenShare) - slow - used.unknown));
    const isTight = room < Math.min(free, roomForAll);
    const offered = this.#offerToSlow(records, Math.min(room, Math.floor(this.#places * slowShare) - slow), now);
    const perDestination = room > 0 ? placesOf.unknown : 0;
    const proven: Allowance[] = [];
    const others: Allowance[] = [];
    for (const { state, record } of records) {
      const isProven = record === 'answering';
      const unproven = record === 'unknown' ? (room > 0 ? this.#freeOf(state, record, now) : 0) : offered.get(state);
      const lanes = isProven ? this.#freeOf(state, record, now) : (unproven ?? 0);
      const { portal, destination } = state;
      const allowance = { portal, destination, lanes, isProven };
      // What is not named may take `perDestination`: only those for which that is wrong have to be named.
      const isUsual = lanes === perDestination || (isProven && state.used === 0);
      if (isTight && isProven) proven.push(allowance);
      else if (!isUsual) others.push(allowance);
    }
    return {
      // Where those that answer are not named, nobody can be kept from taking the last places but everybody.
      lanes: isTight ? free : room,
      unproven: room,
      perDestination,
      allowances: [...others, ...proven.slice(-maxNamed)],
    };
  }

  enter({ portal, destination }: Destination): Place {
    const key = `${portal}\n${destination}`;
    const known = this.#states.get(key);
    const now = this.#clock.monotonicMs();
    const state: State = known ?? {
      portal,
      destination,
      used: 0,
      begun: new Set(),
      silentInRow: 0,
      openUntil: 0,
      answeredAt: null,
      wasSlow: false,
      usedAt: now,
    };
    this.#states.set(key, state);
    state.used += 1;
    return placeIn(state, this.#clock);
  }

  openBreakers(): number {
    const now = this.#clock.monotonicMs();
    return [...this.#states.values()].filter((state) => this.#standingOf(state, now) === 'open').length;
  }

  #standingOf(state: State, now: number): HealthStatus {
    if (state.silentInRow >= silentToOpen) return 'open';
    const { count: slow, lastAt } = slowOf(state, now);
    // One long upload does not make a portal slow that has answered quickly since.
    const isQuickBeside = state.answeredAt !== null && state.answeredAt > lastAt;
    if (state.silentInRow > 0 || state.wasSlow || slow >= slowAtOnce || (slow > 0 && !isQuickBeside)) return 'slow';
    return state.answeredAt !== null && now - state.answeredAt < rememberedMs ? 'answering' : 'unknown';
  }

  /** Lanes it may have in addition to those under way. */
  #freeOf(state: State, record: HealthStatus, now: number): number {
    if (record === 'open') return now >= state.openUntil && state.used === 0 ? 1 : 0;
    return Math.max(0, placesOf[record] - state.used);
  }

  /** Shares out so many lanes among slow destinations; whoever gets none this time comes first the next. */
  #offerToSlow(all: readonly Judged[], lanes: number, now: number): ReadonlyMap<State, number> {
    const offered = new Map<State, number>();
    const slow = all.flatMap(({ state, record }) => {
      const free = record === 'slow' || record === 'open' ? this.#freeOf(state, record, now) : 0;
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

/** Places in use by the standing of their destinations; a call that is slow counts as slow wherever it goes. */
function countUsed(all: readonly Judged[], now: number): Record<HealthStatus, number> {
  const used = { answering: 0, unknown: 0, slow: 0, open: 0 };
  for (const { state, record } of all) {
    const slow = record === 'answering' || record === 'unknown' ? slowOf(state, now).count : 0;
    used[record] += state.used - slow;
    used.slow += slow;
  }
  return used;
}

/** How many attempts under way are slow, and when the last of them began. */
function slowOf(state: State, now: number): { readonly count: number; readonly lastAt: number } {
  let count = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const { at } of state.begun) {
    if (now - at <= noticedMs) break;
    count += 1;
    lastAt = at;
  }
  return { count, lastAt };
}

function placeIn(state: State, clock: Pick<Clock, 'monotonicMs'>): Place {
  let hasLeft = false;
  return {
    begin() {
      const attempt = { at: clock.monotonicMs() };
      state.begun.add(attempt);
      return (ending) => {
        if (state.begun.delete(attempt)) note(state, ending, attempt.at, clock.monotonicMs());
      };
    },
    leave() {
      if (hasLeft) return;
      hasLeft = true;
      state.used -= 1;
      state.usedAt = clock.monotonicMs();
    },
  };
}

function note(state: State, ending: Ending, beganAt: number, now: number): void {
  if (ending === 'not_asked') return;
  const isSlow = now - beganAt > slowMs;
  if (ending === 'answered') {
    state.silentInRow = 0;
    state.wasSlow = isSlow;
    if (!isSlow) state.answeredAt = now;
    return;
  }
  if (!isSlow) return;
  // Attempts that began before the breaker opened tell nothing new when they fail too.
  if (state.silentInRow >= silentToOpen && now < state.openUntil) return;
  state.silentInRow += 1;
  state.answeredAt = null;
  const opened = state.silentInRow - silentToOpen;
  if (opened >= 0) state.openUntil = now + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(opened, 20));
}
