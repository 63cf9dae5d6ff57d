/** Figures and the bars they must pass. */

/** The measurement of one subject. */
export interface Figure {
  readonly subject: string;
  readonly unit: string;
  readonly runs: readonly number[];
  readonly median: number;
  /** Additional information: a latency, a check that passed. */
  readonly note: string;
}

/** One row of the table. */
export interface Verdict {
  readonly measure: string;
  readonly figure: Figure;
  /** Null where the bar is an absolute number, and where there is no bar. */
  readonly peer: Figure | null;
  /** Null where there is no peer. */
  readonly ratio: number | null;
  readonly bar: string;
  /** Null for a figure without a bar, shown for orientation. */
  readonly isPassed: boolean | null;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function figureOf(subject: string, unit: string, runs: readonly number[], note = ''): Figure {
  return { subject, unit, runs, median: median(runs), note };
}

/** Passes when the figure is at least `times` times the peer's. */
export function atLeast(measure: string, figure: Figure, times: number, peer: Figure): Verdict {
  const ratio = figure.median / peer.median;
  return { measure, figure, peer, ratio, bar: `≥ ${times} ×`, isPassed: ratio >= times };
}

/** Passes when the figure is at most `times` times the peer's. */
export function atMostTimes(measure: string, figure: Figure, times: number, peer: Figure): Verdict {
  const ratio = figure.median / peer.median;
  return { measure, figure, peer, ratio, bar: `≤ ${times} ×`, isPassed: ratio <= times };
}

/** Passes when the figure is at most the limit. */
export function atMost(measure: string, figure: Figure, limit: number): Verdict {
  return {
    measure,
    figure,
    peer: null,
    ratio: null,
    bar: `≤ ${limit} ${figure.unit}`,
    isPassed: figure.median <= limit,
  };
}

/** A figure for orientation, with a ratio where it can be compared. */
export function shown(measure: string, figure: Figure, peer: Figure | null = null): Verdict {
  const ratio = peer === null ? null : figure.median / peer.median;
  return { measure, figure, peer, ratio, bar: '', isPassed: null };
}

/** Runs every subject once, then each again and so on, so that a disturbance of the machine affects all alike. */
export async function alternate<Name extends string>(
  times: number,
  subjects: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(subjects) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let turn = 0; turn < times; turn += 1) {
    for (const name of names) runs[name].push(await subjects[name]());
  }
  return runs;
}
