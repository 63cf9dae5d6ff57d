/**
 * Decides how many lanes of each destination this process may work at a time, from how the destination has behaved: one that answers
 * quickly gets many places, an unknown one a few, a slow one fewer, and one that does not answer at all is asked by a single lane now and
 * then (a circuit breaker). Slow and unknown destinations together can never take the places kept for those that answered lately.
 */
import type { Clock } from '../lib/clock.ts';
import type { Allowance, Destination } from '../store/claim-lanes.ts';

/**
 * How one attempt ended. `answered`: the remote said something, a refusal included. `silent`: it could not be reached or broke off. A
 * silence that was over quickly has kept nobody waiting and counts for nothing here: the lane's own backoff is enough.
 */
export type Ending = 'answered' | 'silent' | 'not_asked';

/** A place in use. */
export interface Place {
  /** Call before each attempt; returns the way to say how it ended. Said twice it counts once. */
  begin(): (ending: Ending) => void;
  leave(): void;
}

export interface Destinations {
  /** What the next claim may take. */
  plan(): { readonly lanes: number; readonly perDestination: number; readonly allowances: readonly Allowance[] };
  /** Takes a place for a lane that was claimed. */
  enter(destination: Destination): Place;
  /** How many destinations are not asked now because they did not answer; for metrics. */
  openBreakers(): number;
}

/** A call that has been under way, or took, so long is slow. Bitrix24 and MessageGateway answer within some hundred milliseconds. */
const slowMs = 2_000;

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

/** So many attempts of one destination that are slow at the same time make it slow, whatever else it answers. */
const slowAtOnce = 16;

/** Known destinations named to a claim that may take no unknown ones. */
const maxNamed = 2_000;

type Standing = 'answering' | 'unknown' | 'slow' | 'open';

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

export function createDestinations(places: number, clock: Pick<Clock, 'monotonicMs'>): Destinations {
  const states = new Map<string, State>();
  let tidiedAt = clock.monotonicMs();

  function standingOf(state: State, now: number): Standing {
    if (state.silentInRow >= silentToOpen) return 'open';
    const slow = slowIn(state, now);
    // One long upload beside quick answers does not make a portal slow.
    const isQuickBeside = state.answeredAt !== null && now - state.answeredAt <= slowMs;
    if (state.silentInRow > 0 || state.wasSlow || slow >= slowAtOnce || (slow > 0 && !isQuickBeside)) return 'slow';
    return state.answeredAt !== null && now - state.answeredAt < rememberedMs ? 'answering' : 'unknown';
  }

  /** Lanes it may have in addition to those under way. */
  function freeOf(state: State, standing: Standing, now: number): number {
    if (standing === 'open') return now >= state.openUntil && state.used === 0 ? 1 : 0;
    return Math.max(0, placesOf[standing] - state.used);
  }

  function tidy(now: number): void {
    if (now - tidiedAt < 60_000) return;
    tidiedAt = now;
    for (const [key, state] of states) {
      if (state.used === 0 && now - state.usedAt > rememberedMs) states.delete(key);
    }
  }

  return {
    plan() {
      const now = clock.monotonicMs();
      tidy(now);
      const standings = [...states.values()].map((state) => ({ state, standing: standingOf(state, now) }));
      const used = { answering: 0, unknown: 0, slow: 0, open: 0 };
      for (const { state, standing } of standings) {
        const slow = standing === 'answering' || standing === 'unknown' ? slowIn(state, now) : 0;
        used[standing] += state.used - slow;
        used.slow += slow;
      }
      const slow = used.slow + used.open;
      const all = slow + used.unknown + used.answering;
      const maySlow = slow < places * slowShare;
      const mayUnknown = slow + used.unknown < places * unprovenShare;
      const allowances: Allowance[] = [];
      for (const { state, standing } of standings) {
        const isAllowed = standing === 'answering' || (standing === 'unknown' ? mayUnknown : maySlow && mayUnknown);
        const lanes = isAllowed ? freeOf(state, standing, now) : 0;
        // What is not named may take `perDestination`: only those for which that is wrong have to be named.
        const isUsual = mayUnknown ? lanes >= placesOf.unknown && state.used === 0 : lanes === 0;
        if (!isUsual) allowances.push({ portal: state.portal, destination: state.destination, lanes });
      }
      const named = mayUnknown ? allowances : allowances.slice(-maxNamed);
      return { lanes: Math.max(0, places - all), perDestination: mayUnknown ? placesOf.unknown : 0, allowances: named };
    },
    enter({ portal, destination }) {
      const key = `${portal}\n${destination}`;
      const known = states.get(key);
      const now = clock.monotonicMs();
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
      states.set(key, state);
      state.used += 1;
      return placeIn(state, clock);
    },
    openBreakers() {
      const now = clock.monotonicMs();
      return [...states.values()].filter((state) => standingOf(state, now) === 'open').length;
    },
  };
}

/** Attempts under way that are slow. */
function slowIn(state: State, now: number): number {
  let count = 0;
  for (const { at } of state.begun) {
    if (now - at <= slowMs) break;
    count += 1;
  }
  return count;
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
