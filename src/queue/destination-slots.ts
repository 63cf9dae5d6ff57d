/** Slots of destinations: which lanes use one, and what the results of their attempts tell about the destination. */
import type { Clock } from '../lib/clock.ts';
import type { Destination } from '../store/queue/claim-lanes.ts';

/**
 * How one attempt ended. `answered`: the remote responded, even if with a refusal. `no_answer`: it could not be reached or broke off; if that
 * happened quickly, it delayed nobody and is ignored here, because the lane's own backoff is enough. `not_attempted`: nothing was sent.
 */
export type AttemptResult = 'answered' | 'no_answer' | 'not_attempted';

/** A slot in use. */
export interface Slot {
  /**
   * Call before each attempt; returns a function that records how it ended. Only its first call counts. `calls`: how many calls travel in
   * the same request and share the time it takes.
   */
  begin(calls?: number): (ending: AttemptResult) => void;
  /** The lane waits for the destination's budget, until its attempt begins. */
  wait(): void;
  leave(): void;
}

/** An answer that takes longer counts as slow. Bitrix24 and MessageGateway answer within some hundred milliseconds. */
const slowMs = 2_000;

/** A request with several calls may take this much longer for each further call. */
const furtherCallMs = 200;

/** A call that has run longer counts as slow until it ends. If many known remotes hang at once, that goes unnoticed for this long. */
const slowAfterMs = 500;

/** After this many attempts in a row that waited long and got no answer, the breaker opens. */
export const unansweredToOpen = 3;

/** A destination whose breaker is open is tried again after 2 s, 4 s … at most a minute. */
const firstBackoffMs = 2_000;
const maxBackoffMs = 60_000;

/** What is known of a destination in this process. */
export interface DestinationState extends Destination {
  /** Slots in use. */
  used: number;
  /** Slots in use whose lanes wait for the destination's budget or share a request: they take up memory only. */
  shared: number;
  /** The attempts in flight. */
  readonly begun: Set<BegunAttempt>;
  unansweredInRow: number;
  openUntil: number;
  /** Time of the last quick answer; null: none yet. */
  answeredAt: number | null;
  /** True if the last answer was slow. */
  wasSlow: boolean;
  usedAt: number;
}

interface BegunAttempt {
  readonly at: number;
  /** The other calls of the same request. */
  readonly others: number;
}

/** The number of slow attempts in flight, and when the last of them began. */
export function slowOf(state: DestinationState, now: number): { readonly count: number; readonly lastAt: number } {
  let count = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const { at, others } of state.begun) {
    if (now - at <= slowAfterMs + others * furtherCallMs) continue;
    count += 1;
    lastAt = at;
  }
  return { count, lastAt };
}

/** A slot for a lane of the destination. */
export function slotIn(state: DestinationState, clock: Pick<Clock, 'monotonicMs'>): Slot {
  let hasLeft = false;
  let isShared = false;
  const share = (wanted: boolean): void => {
    if (wanted !== isShared) state.shared += wanted ? 1 : -1;
    isShared = wanted;
  };
  return {
    begin(calls = 1) {
      const attempt = { at: clock.monotonicMs(), others: calls - 1 };
      share(calls > 1);
      state.begun.add(attempt);
      return (ending) => {
        if (state.begun.delete(attempt)) note(state, ending, attempt, clock.monotonicMs());
      };
    },
    wait: () => share(true),
    leave() {
      if (hasLeft) return;
      hasLeft = true;
      share(false);
      state.used -= 1;
      state.usedAt = clock.monotonicMs();
    },
  };
}

function note(state: DestinationState, ending: AttemptResult, { at, others }: BegunAttempt, now: number): void {
  if (ending === 'not_attempted') return;
  const isSlow = now - at > slowMs + others * furtherCallMs;
  if (ending === 'answered') {
    state.unansweredInRow = 0;
    state.wasSlow = isSlow;
    if (!isSlow) state.answeredAt = now;
    return;
  }
  if (!isSlow) return;
  // Attempts that began before the breaker opened prove nothing new when they fail too.
  if (state.unansweredInRow >= unansweredToOpen && now < state.openUntil) return;
  state.unansweredInRow += 1;
  state.answeredAt = null;
  const opened = state.unansweredInRow - unansweredToOpen;
  if (opened >= 0) state.openUntil = now + Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(opened, 20));
}
