/**
 * Counts what happens, for the charts of the pages. Counts are kept in memory and added to the database every few seconds in one statement,
 * so no event waits for them. Counts not yet written are lost when the process dies.
 */
import type { Pool } from '../store/database.ts';
import { addHourlyCounts, type CountKind, type HourlyCount } from '../store/reporting/hourly-counts.ts';
import { type Pace, startWriting, type WorkLoop } from './work-loop.ts';

export interface HourlyFigures {
  /** Counts one occurrence. @param name short: the outcome of an event, the result of a call */
  count(portal: string, what: { readonly kind: CountKind; readonly botCode: string; readonly name: string }): void;
  /** Adds what was counted to the database. */
  write(): Promise<void>;
}

const hourMs = 3_600_000;
const usualWriteMs = 10_000;

/** Most different things counted between two writes; further ones are left out. */
const maxKeys = 20_000;

/** Longer names are cut: outcomes are joined words, and codes come from remotes. */
const maxNameLength = 120;

export function createHourlyFigures(db: Pool, clock: { readonly now: () => Date }): HourlyFigures {
  let counted = new Map<string, HourlyCount & { count: number }>();
  function add(one: HourlyCount): void {
    const key = `${one.portal}\n${one.hour.getTime()}\n${one.botCode}\n${one.kind}\n${one.name}`;
    const known = counted.get(key);
    if (known !== undefined) known.count += one.count;
    else if (counted.size < maxKeys) counted.set(key, { ...one });
  }
  return {
    count(portal, { kind, botCode, name }) {
      const hour = new Date(Math.floor(clock.now().getTime() / hourMs) * hourMs);
      add({ portal, hour, botCode, kind, name: name.slice(0, maxNameLength), count: 1 });
    },
    async write() {
      const writing = [...counted.values()];
      counted = new Map();
      try {
        await addHourlyCounts(db, writing);
      } catch (error) {
        for (const one of writing) add(one);
        throw error;
      }
    },
  };
}

/** Writes at intervals, and once more when it is stopped. */
export function startHourlyFigures(figures: HourlyFigures, { log, writeMs = usualWriteMs }: Pace): WorkLoop {
  return startWriting({ name: 'hourly figures', log, pollMs: writeMs, write: () => figures.write() });
}
