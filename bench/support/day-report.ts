/** What became of the messages of a day, hour by hour. */
import type { DayResult } from '../load/day-orders.ts';
import type { SeenByPortals } from './portals-stage.ts';

export interface Span {
  readonly messages: number;
  readonly perSecond: number;
  /** Milliseconds until the event was acknowledged. */
  readonly accepted: Percentiles;
  /** Milliseconds from the event until its answer was in the portal. */
  readonly answered: Percentiles;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

export interface DayReport {
  readonly hours: readonly Span[];
  readonly day: Span;
  /** Acknowledged and not answered. */
  readonly lost: number;
  /** Not acknowledged. */
  readonly refused: number;
  /** By how much the load was late with its messages, 99 of 100. */
  readonly lateMs: number;
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), most: at(1) };
}

export function reportOf(load: DayResult, seen: SeenByPortals, hourSeconds: number): DayReport {
  const { postedAt, acceptedMs, beganAt } = load;
  const byHour = Map.groupBy(postedAt.keys(), (message) =>
    Math.floor(((postedAt[message] ?? 0) - beganAt) / 1_000 / hourSeconds),
  );
  const spanOf = (messages: readonly number[], seconds: number): Span => ({
    messages: messages.length,
    perSecond: messages.length / seconds,
    accepted: percentiles(messages.map((message) => acceptedMs[message] ?? 0).filter((ms) => ms >= 0)),
    answered: percentiles(
      messages.flatMap((message) => {
        const at = seen.arrivals[message] ?? 0;
        return at === 0 ? [] : [at - (postedAt[message] ?? 0)];
      }),
    ),
  });
  const hours = [...byHour].toSorted(([a], [b]) => a - b).map(([, messages]) => spanOf(messages, hourSeconds));
  return {
    hours,
    day: spanOf([...postedAt.keys()], hours.length * hourSeconds),
    lost: seen.arrivals.filter((at, message) => at === 0 && (acceptedMs[message] ?? 0) >= 0).length,
    refused: acceptedMs.filter((ms) => ms < 0).length,
    lateMs: percentiles(load.lateMs).p99,
  };
}
