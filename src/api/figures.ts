/** Turns the hourly counts of a portal into the figures of its charts. */
import { classEnd, unanswered } from '../store/reporting/answer-times.ts';
import type { Total } from '../store/reporting/hourly-counts.ts';

export interface Wait {
  readonly answered: number;
  readonly unanswered: number;
  /** Milliseconds, at most a quarter too large; null: nothing was answered. */
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface Group extends Wait {
  readonly messages: number;
  readonly calls: number;
  readonly failedCalls: number;
}

/** Outcomes of messages that somebody wrote to a bot; an event with other outcomes is no message, or not for the bot. */
const messageOutcomes: ReadonlySet<string> = new Set([
  ...['forwarded', 'forwarded_later', 'chosen', 'requested', 'helped', 'overheard'],
  ...['ignored_person_owns', 'ignored_operator_called', 'ignored_empty', 'ignored_unknown_command'],
  ...['ignored_unsupported', 'paused_too_many_turns', 'dead_letter'],
]);

/** An event may have several outcomes, joined by `+`. */
const isMessage = (outcomes: string): boolean => outcomes.split('+').some((outcome) => messageOutcomes.has(outcome));

export function groupFigures(rows: readonly Total[]): Group {
  const count = (holds: (row: Total) => boolean): number =>
    rows.reduce((sum, row) => (holds(row) ? sum + row.count : sum), 0);
  return {
    messages: count(({ kind, name }) => kind === 'event' && isMessage(name)),
    calls: count(({ kind }) => kind === 'call'),
    failedCalls: count(({ kind, name }) => kind === 'call' && name !== 'ok'),
    ...waitOf(rows),
  };
}

function waitOf(rows: readonly Total[]): Wait {
  const classes = new Map<number, number>();
  let late = 0;
  for (const { kind, name, count } of rows) {
    if (kind !== 'answer') continue;
    if (name === unanswered) late += count;
    else classes.set(Number(name), (classes.get(Number(name)) ?? 0) + count);
  }
  const sorted = [...classes].toSorted(([one], [other]) => one - other);
  const answered = sorted.reduce((sum, [, count]) => sum + count, 0);
  return {
    answered,
    unanswered: late,
    p50: percentile(sorted, answered * 0.5),
    p95: percentile(sorted, answered * 0.95),
  };
}

function percentile(sorted: readonly (readonly [number, number])[], rank: number): number | null {
  let seen = 0;
  for (const [index, count] of sorted) {
    seen += count;
    if (seen >= rank) return Math.round(classEnd(String(index)));
  }
  return null;
}
