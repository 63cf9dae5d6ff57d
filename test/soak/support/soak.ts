/** The types of a soak run: what it is given and what it reports. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Endings } from '../../../bench/support/endings.ts';

/** `full` is what `npm run test:soak` runs; `short` is the same run with small numbers. */
export type Size = 'full' | 'short';

export interface SoakStage {
  readonly endings: Endings;
  /** Creates a new, migrated database for the run; resolves to its address. */
  readonly database: () => Promise<string>;
  /** Reports progress to the person who waits. */
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
  /** A sentence that says what the run does and expects. */
  readonly about: string;
  /** After this many minutes the run is stopped and counts as failed. */
  readonly limitMinutes: number;
  run(stage: SoakStage, size: Size): Promise<readonly Verdict[]>;
}

/** A verdict on a count that must be 0. */
export function never(what: string, count: number, note = ''): Verdict {
  const figure = `${count}${note === '' ? '' : ` (${note})`}`;
  return { what, figure, bar: '0', isPassed: count === 0, dependsOnMachine: false };
}

/** A verdict on a count that must reach `of`. */
export function all(what: string, count: number, of: number): Verdict {
  return { what, figure: `${count} of ${of}`, bar: 'all', isPassed: count === of && of > 0, dependsOnMachine: false };
}

/** A verdict on a time or a size that must not exceed the bar. */
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

/** The value below which `share` of the values lie; 0 for an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** A run is repeated because of times and sizes only if these are judged. */
const attempts = process.env['SOAK_COUNTS_ONLY'] === undefined ? 3 : 1;

/**
 * Runs something up to three times as long as it misses only bars of times and sizes: a fault of the app appears every time, the effect of a
 * busy machine does not. Any other failure counts at once.
 */
export async function atBest(stage: Pick<SoakStage, 'say'>, run: () => Promise<readonly Verdict[]>) {
  for (let attempt = 1; ; attempt += 1) {
    const verdicts = await run();
    const missed = verdicts.filter(({ isPassed }) => !isPassed);
    if (attempt >= attempts || missed.length === 0 || missed.some(({ dependsOnMachine }) => !dependsOnMachine))
      return verdicts;
    for (const { what, figure, bar } of missed) stage.say(`once more, because of ${what}: ${figure} instead of ${bar}`);
  }
}

/** Waits until the condition holds. False if it does not within `ms`. */
export async function within(ms: number, condition: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + ms; !(await condition()); await delay(25)) if (Date.now() > end) return false;
  return true;
}
