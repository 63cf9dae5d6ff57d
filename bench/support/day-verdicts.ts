/** The figures of a day, as rows of the bench's table. */
import { isMaintenance, type TableSize } from './database-usage.ts';
import type { Span } from './day-report.ts';
import { atMost, figureOf, shown, type Verdict } from './figures.ts';
import type { Day } from './run-day.ts';

export interface Sizes {
  readonly before: readonly TableSize[];
  readonly after: readonly TableSize[];
}

/** What a person notices: an answer within this time. */
const answerBarMs = 1_000;

/** Portals are asked about the app evenly; a wave would be many times the usual. */
const waveBar = 3;

/** The calls of the portals that are counted, apart from the answers themselves. */
const besides = ['app.info', 'refresh', 'expired_token'] as const;

export function verdictsOf(name: string, day: Day, sizes: Sizes): Verdict[] {
  const { report, seen, usage } = day;
  const { hours, day: whole } = report;
  const byHour = (subject: string, unit: string, of: (hour: Span) => number, note: string): Verdict =>
    shown(name, figureOf(`${subject}, by the hour`, unit, hours.map(of), note));
  const p99 = (of: 'accepted' | 'answered'): string => `p99 of the day ${whole[of].p99.toFixed(0)} ms`;
  const count = (subject: string, value: number, limit = 0): Verdict =>
    atMost(name, figureOf(subject, '', [value]), limit);
  return [
    shown(name, figureOf('messages', '', [whole.messages], `${day.seconds.toFixed(0)} s to the last answer`)),
    byHour('messages', '/s', ({ perSecond }) => perSecond, `the load was late by ${report.lateMs.toFixed(0)} ms (p99)`),
    count('acknowledged, and not answered', report.lost),
    count('answers shown twice', seen.doubled),
    count('events not acknowledged', report.refused),
    count('tokens refused', seen.refused),
    byHour('acknowledged, p50', 'ms', ({ accepted }) => accepted.p50, `of the day ${whole.accepted.p50.toFixed(1)} ms`),
    byHour('acknowledged, p99', 'ms', ({ accepted }) => accepted.p99, p99('accepted')),
    byHour('answered, p50', 'ms', ({ answered }) => answered.p50, `of the day ${whole.answered.p50.toFixed(1)} ms`),
    byHour('answered, p99', 'ms', ({ answered }) => answered.p99, p99('answered')),
    atMost(name, figureOf('answered, p99 of the day', 'ms', [whole.answered.p99]), answerBarMs),
    ...waves(name, day),
    ...statements(name, day),
    shown(name, figureOf('connections to the database, at most', '', [day.connections])),
    ...[...usage].flatMap(([subject, { cpuSeconds, peakMb, lastMb }]) => {
      const memory = subject === 'PostgreSQL' ? '' : `${peakMb.toFixed(0)} MB at most, ${lastMb.toFixed(0)} at the end`;
      return shown(name, figureOf(`processor time, ${subject}`, 's', [cpuSeconds], memory));
    }),
    ...tables(name, sizes, whole.messages),
  ];
}

function waves(name: string, { seen }: Day): Verdict[] {
  const counts = new Map(seen.counts);
  const shownCounts = besides.map((what) => {
    // The last ten seconds are not whole.
    const values = (counts.get(what) ?? []).slice(0, -1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const note = `mean ${mean.toFixed(0)}, highest ${Math.max(...values)}`;
    return { what, values, ratio: Math.max(...values) / mean, note };
  });
  return [
    ...shownCounts.map(({ what, values, note }) => shown(name, figureOf(`${what}, in ten seconds`, '', values, note))),
    ...shownCounts
      .filter(({ what }) => what === 'app.info')
      .map(({ what, ratio, note }) =>
        atMost(name, figureOf(`${what}, the busiest ten seconds against the mean`, '×', [ratio], note), waveBar),
      ),
  ];
}

function statements(name: string, { statements: all, report }: Day): Verdict[] {
  const calls = all.reduce((sum, one) => sum + one.calls, 0);
  const longest = all.filter(isMaintenance).slice(0, 4);
  return [
    shown(name, figureOf('statements for each message, everything included', '', [calls / report.day.messages])),
    ...longest.map(({ query, calls: times, longestMs }) =>
      shown(
        name,
        figureOf('maintenance, a statement at most', 'ms', [longestMs], `${times} times: ${query.slice(0, 110)}`),
      ),
    ),
  ];
}

function tables(name: string, { before, after }: Sizes, messages: number): Verdict[] {
  const empty = { rows: 0, megabytes: 0 };
  return after.map((table) => {
    const former = before.find((one) => one.name === table.name) ?? empty;
    const bytes = ((table.megabytes - former.megabytes) * 1e6) / messages;
    const note = `${former.rows} rows before, ${table.rows} after; ${bytes.toFixed(0)} bytes more for each message`;
    return shown(name, figureOf(`table ${table.name}`, 'MB', [table.megabytes], note));
  });
}
