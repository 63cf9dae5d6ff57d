/** What a soak run is, what it is given, and what it reports. */
import type { Endings } from '../../../bench/support/endings.ts';

/** `full` is what `npm run test:soak` runs; `short` is the same run with small numbers, which `npm test` runs too. */
export type Size = 'full' | 'short';

export interface SoakStage {
  readonly endings: Endings;
  /** The address of a new, migrated database of the run's own. */
  readonly database: () => Promise<string>;
  /** Tells the person who waits what is going on. */
  readonly say: (text: string) => void;
}

/** One line of the table. */
export interface Verdict {
  readonly what: string;
  readonly figure: string;
  readonly bar: string;
  readonly isPassed: boolean;
  /** True for times and sizes, which a busy machine spoils: `npm test` does not judge by them. */
  readonly dependsOnMachine: boolean;
}

export interface Soak {
  readonly name: string;
  /** One sentence: who attacks what. */
  readonly about: string;
  /** The run is stopped and counts as missed after so many minutes. */
  readonly limitMinutes: number;
  run(stage: SoakStage, size: Size): Promise<readonly Verdict[]>;
}

/** A count of things that must never happen. */
export function never(what: string, count: number, note = ''): Verdict {
  const figure = `${count}${note === '' ? '' : ` (${note})`}`;
  return { what, figure, bar: '0', isPassed: count === 0, dependsOnMachine: false };
}

/** All of so many things must have happened. */
export function all(what: string, count: number, of: number): Verdict {
  return { what, figure: `${count} of ${of}`, bar: 'all', isPassed: count === of && of > 0, dependsOnMachine: false };
}

/** A time or a size that must not be larger than the bar. */
export function atMost(what: string, value: number, limit: number, unit: string): Verdict {
  const isPassed = value <= limit;
  return {
    what,
    figure: `${round(value)} ${unit}`,
    bar: `≤ ${round(limit)} ${unit}`,
    isPassed,
    dependsOnMachine: true,
  };
}

/** A figure that is shown without being judged. */
export function shown(what: string, figure: string): Verdict {
  return { what, figure, bar: '', isPassed: true, dependsOnMachine: false };
}

function round(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 });
}

/** The value below which that share of the values lies; 0 of an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until the condition holds. False when it does not within the time. */
export async function within(ms: number, condition: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + ms; !(await condition()); await pause(25)) if (Date.now() > end) return false;
  return true;
}
