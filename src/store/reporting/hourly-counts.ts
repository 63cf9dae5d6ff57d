/** The figures of the charts: what happened in each hour, by bot and brain. Small, so that no page reads the queues for them. */
import { type Db, query } from '../database.ts';
import { storableText } from '../storable.ts';

/**
 * event: something came in; `name` is what became of it · answer: somebody asked; `name` is how long the answer took (`answer-times.ts`) ·
 * call: a request to the portal; `name` is `ok` or the code of the error.
 */
export type CountKind = 'event' | 'answer' | 'call';

export interface HourlyCount {
  readonly portal: string;
  readonly hour: Date;
  /** Empty for calls. */
  readonly botCode: string;
  readonly kind: CountKind;
  readonly name: string;
  readonly count: number;
}

/** Adds counts: at most one for each portal, hour, bot, kind and name. Counts of erased portals are dropped. */
export async function addHourlyCounts(db: Db, counts: readonly HourlyCount[]): Promise<void> {
  if (counts.length === 0) return;
  await query(
    db,
    `insert into hourly_count as h (portal, hour, bot_code, brain, kind, name, count)
     select i.portal, i.hour, i.bot_code, coalesce(b.brain, ''), i.kind, i.name, i.count
     from unnest(?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::int[])
       as i(portal, hour, bot_code, kind, name, count)
     join portal p on p.portal = i.portal left join bot b on b.portal = i.portal and b.code = i.bot_code
     order by 1, 2, 3, 4, 5, 6
     on conflict (portal, hour, bot_code, brain, kind, name) do update set count = h.count + excluded.count`,
    [
      counts.map(({ portal }) => portal),
      counts.map(({ hour }) => hour.toISOString()),
      counts.map(({ botCode }) => storableText(botCode)),
      counts.map(({ kind }) => kind),
      counts.map(({ name }) => storableText(name)),
      counts.map(({ count }) => count),
    ],
  );
}

export interface CountRow {
  readonly hour: Date;
  readonly bot_code: string;
  readonly brain: string;
  readonly kind: CountKind;
  readonly name: string;
  readonly count: number;
}

/** The counts of a portal from that hour on, in the order of time. */
export async function readHourlyCounts(db: Db, portal: string, from: Date): Promise<CountRow[]> {
  const result = await query<CountRow>(
    db,
    `select hour, bot_code, brain, kind, name, count from hourly_count where portal = ? and hour >= ? order by hour`,
    [portal, from],
  );
  return result.rows;
}

/** The totals behind the charts. */
export interface Total {
  readonly kind: CountKind;
  /** As counted; for calls only `ok` or `failed`. */
  readonly name: string;
  readonly count: number;
}

const totalName = `case when kind = 'call' and name <> 'ok' then 'failed' else name end`;

/**
 * Totals by the hour. A month may have tens of thousands of totals; one row for each hour is read much faster than one row for each total.
 *
 * @param of counts only what belongs to this bot and this brain; an absent one limits nothing
 */
export async function totalsByHour(
  db: Db,
  portal: string,
  from: Date,
  of: { readonly bot?: string | undefined; readonly brain?: string | undefined } = {},
): Promise<readonly { readonly hour: Date; readonly totals: readonly Total[] }[]> {
  const wanted = [['bot_code', of.bot] as const, ['brain', of.brain] as const];
  const chosen = wanted.flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]));
  const result = await query<{ hour: Date; counts: Readonly<Record<string, number>> }>(
    db,
    `select hour, json_object_agg(kind || ' ' || name, count) as counts from (
       select hour, kind, ${totalName} as name, sum(count)::int as count from hourly_count
       where portal = ? and hour >= ?${chosen.map(([column]) => ` and ${column} = ?`).join('')} group by 1, 2, 3
     ) total group by hour`,
    [portal, from, ...chosen.map(([, value]) => storableText(value))],
  );
  return result.rows.map(({ hour, counts }) => ({ hour, totals: Object.entries(counts).map(totalOf) }));
}

function totalOf([key, count]: readonly [string, number]): Total {
  const end = key.indexOf(' ');
  return { kind: key.slice(0, end) as CountKind, name: key.slice(end + 1), count };
}

/** Totals by bot and brain over the whole span, without calls. */
export async function totalsByBot(
  db: Db,
  portal: string,
  from: Date,
): Promise<(Total & { readonly bot_code: string; readonly brain: string })[]> {
  const result = await query<Total & { readonly bot_code: string; readonly brain: string }>(
    db,
    `select bot_code, brain, kind, name, sum(count)::int as count from hourly_count
     where portal = ? and hour >= ? and kind <> 'call' group by 1, 2, 3, 4`,
    [portal, from],
  );
  return result.rows;
}
