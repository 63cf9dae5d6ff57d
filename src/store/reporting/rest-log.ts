/** The log of REST calls, of each portal whose administrator has not switched it off: masked, and kept for three days. */
import { type Db, query } from '../database.ts';
import { storableText } from '../storable.ts';

export interface RestLine {
  readonly portal: string;
  readonly at: Date;
  readonly method: string;
  /** `ok`, or the code of the error. */
  readonly code: string;
  readonly ms: number;
  /** It travelled with others in one request. */
  readonly isInBatch: boolean;
  /** Masked, as JSON: without characters that the database cannot hold. */
  readonly request: string;
  /** Masked. */
  readonly answer: string;
}

/** How long lines are kept (docs/platform-notes/bitrix24.md#marketplace). */
export const restLogDays = 3;

/** The newest lines kept of a portal; a line has at most 8 kB. */
const maxLinesKept = 20_000;

const stepRows = 5_000;

/** Adds lines, but not those of portals that were erased or have switched the log off meanwhile. */
export async function addRestLines(db: Db, lines: readonly RestLine[]): Promise<void> {
  if (lines.length === 0) return;
  await query(
    db,
    `insert into rest_log (portal, at, method, code, ms, is_in_batch, request, answer)
     select i.portal, i.at, i.method, i.code, i.ms, i.is_in_batch, i.request, i.answer
     from unnest(?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::int[], ?::boolean[], ?::text[], ?::text[])
       as i(portal, at, method, code, ms, is_in_batch, request, answer)
     join portal p on p.portal = i.portal and p.has_rest_log`,
    [
      lines.map(({ portal }) => portal),
      lines.map(({ at }) => at.toISOString()),
      lines.map(({ method }) => storableText(method)),
      lines.map(({ code }) => storableText(code)),
      lines.map(({ ms }) => ms),
      lines.map(({ isInBatch }) => isInBatch),
      lines.map(({ request }) => request),
      lines.map(({ answer }) => answer),
    ],
  );
}

export async function listUnloggedPortals(db: Db): Promise<string[]> {
  const result = await query<{ portal: string }>(db, 'select portal from portal where not has_rest_log');
  return result.rows.map(({ portal }) => portal);
}

export interface RestLogRow {
  readonly id: string;
  readonly at: Date;
  readonly method: string;
  readonly code: string;
  readonly ms: number;
  readonly is_in_batch: boolean;
  readonly request: string;
  readonly answer: string;
}

/** Lists lines, the newest first. @param before id of the last line that was read; null: from the newest on */
export async function listRestLines(
  db: Db,
  portal: string,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<RestLogRow[]> {
  const result = await query<RestLogRow>(
    db,
    `select id, at, method, code, ms, is_in_batch, request, answer from rest_log
     where portal = ? and (?::bigint is null or id < ?) order by id desc limit ?`,
    [portal, before, before, limit],
  );
  return result.rows;
}

/** Deletes one step of lines that are too old, or of which a portal has too many. */
export async function purgeRestLog(db: Db): Promise<number> {
  const old = await query(
    db,
    `delete from rest_log where ctid = any(array(
       select ctid from rest_log where at < now() - interval '${restLogDays} days' limit ${stepRows}
     ))`,
  );
  const many = await query(
    db,
    `delete from rest_log where ctid = any(array(
       select r.ctid from (select distinct portal from rest_log) p
       cross join lateral (
         select id from rest_log l where l.portal = p.portal order by id desc offset ${maxLinesKept} limit 1
       ) last join rest_log r on r.portal = p.portal and r.id <= last.id
       limit ${stepRows}
     ))`,
  );
  return old.rowCount + many.rowCount;
}
