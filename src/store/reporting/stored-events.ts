/** Reads what is stored of a portal page by page, for its export and for the erasure of a person. No page is held in a transaction. */
import { type Db, query } from '../database.ts';

/** Place of the last row that was read. */
export interface Place {
  readonly lane: string;
  readonly seq: number;
}

export interface StoredEvent extends Place {
  readonly source: string;
  readonly trace: string;
  readonly received_at: Date;
  readonly state: string;
  readonly outcome: string | null;
  /** As much of the body as was asked for. */
  readonly body: Buffer;
  /** Size of the whole body, in bytes. */
  readonly size: number;
}

export interface StoredAction extends Place {
  readonly target: string;
  readonly trace: string;
  readonly created_at: Date;
  readonly state: string;
  readonly outcome: string | null;
  /** How its JSON begins: `pieceSize` characters at most. */
  readonly action: string;
  /** Size of the whole JSON, in characters. */
  readonly size: number;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly isLast: boolean;
}

const pageRows = 100;

/** Bytes of an event, characters of an action. Rows have up to 4 MB, usually 3 kB; what is larger than this is read piece by piece. */
export const pieceSize = 16 * 1024;

/** A page ends with the row that exceeds this. */
const pageBytes = 200_000;

/** SQL: the rows of a page that fit, each with the number of rows the page could have had. @param size SQL: bytes read of a row */
const cutTo = (page: string, size: string): string => `
  select * from (
    select page.*, count(*) over ()::int as rows_read,
      sum(${size}) over (order by lane, seq rows between unbounded preceding and 1 preceding) as bytes_before
    from (${page} order by lane, seq limit ${pageRows}) page
  ) page
  where bytes_before is null or bytes_before < ${pageBytes} order by lane, seq`;

interface Cut {
  readonly rows_read: number;
  readonly bytes_before: string | null;
}

/** Makes a page of the rows, without the columns that only tell how it was cut. */
function pageOf<Row>(found: readonly (Row & Cut)[]): Page<Row> {
  const isLast = found.length < pageRows && found.length === (found[0]?.rows_read ?? 0);
  return { rows: found.map(({ rows_read: _read, bytes_before: _before, ...row }) => row as Row), isLast };
}

interface Wanted {
  readonly after: Place;
  /** Only events of these sources. */
  readonly sources?: readonly string[];
  /** Only these lanes. */
  readonly lanes?: readonly string[] | null;
  /** Bodies are read up to `pieceSize`. */
  readonly isCut?: boolean;
}

/** Reads the next page of events, in the order of lanes. */
export async function readEventPage(db: Db, portal: string, wanted: Wanted): Promise<Page<StoredEvent>> {
  const { after, sources = null, lanes = null, isCut = false } = wanted;
  const read = isCut ? `least(octet_length(body), ${pieceSize})` : 'octet_length(body)';
  const result = await query<StoredEvent & Cut>(
    db,
    `select lane, seq, source, trace, received_at, state, outcome, substring(body for ${read}) as body,
       octet_length(body) as size, rows_read, bytes_before
     from (${cutTo(
       `select lane, seq::int as seq, source, trace, received_at, state, outcome, body from inbox_history
        where portal = ? and (lane, seq) > (?, ?) and (?::text[] is null or source = any(?)) and (?::text[] is null or lane = any(?))`,
       read,
     )}) cut order by lane, seq`,
    [portal, after.lane, after.seq, sources, sources, lanes, lanes],
  );
  return pageOf<StoredEvent>(result.rows);
}

/** A piece of a large body, `pieceSize` bytes at most; empty when the event was deleted meanwhile. @param from bytes before it */
export async function readBodyPiece(db: Db, portal: string, { lane, seq }: Place, from: number): Promise<Buffer> {
  const result = await query<{ piece: Buffer }>(
    db,
    `select substring(body from ? for ${pieceSize}) as piece from inbox where portal = ? and lane = ? and seq = ?`,
    [from + 1, portal, lane, seq],
  );
  return result.rows[0]?.piece ?? Buffer.alloc(0);
}

/** Reads the next page of actions of dialogs, in the order of lanes. @param lanes inbox lanes */
export async function readActionPage(
  db: Db,
  portal: string,
  { after, lanes: dialogs = null }: Pick<Wanted, 'after' | 'lanes'>,
): Promise<Page<StoredAction>> {
  const result = await query<StoredAction & Cut>(
    db,
    `select lane, seq, target, trace, created_at, state, outcome, left(action::text, ${pieceSize}) as action,
       length(action::text) as size, rows_read, bytes_before
     from (${cutTo(
       `select lane, seq::int as seq, target, trace, created_at, state, outcome, action from outbox
        where portal = ? and (lane, seq) > (?, ?) and bot_code is not null
          and (?::text[] is null or split_part(lane, '>', 1) = any(?))`,
       `least(octet_length(action::text), ${pieceSize})`,
     )}) cut order by lane, seq`,
    [portal, after.lane, after.seq, dialogs, dialogs],
  );
  return pageOf<StoredAction>(result.rows);
}

/** A piece of a large action, `pieceSize` characters at most; empty when it was deleted meanwhile. @param from characters before it */
export async function readActionPiece(db: Db, portal: string, { lane, seq }: Place, from: number): Promise<string> {
  const result = await query<{ piece: string }>(
    db,
    `select substr(action::text, ?, ${pieceSize}) as piece from outbox where portal = ? and lane = ? and seq = ?`,
    [from + 1, portal, lane, seq],
  );
  return result.rows[0]?.piece ?? '';
}

export interface StoredConversation {
  readonly bot_code: string;
  readonly dialog_id: string;
  readonly kind: string;
  readonly owner: string;
  readonly language: string;
  readonly crm: string;
  readonly ref: string;
  readonly remote_id: string | null;
  readonly updated_at: Date;
}

/** Reads the next page of conversations, in the order of bots and dialogs. */
export async function readConversationPage(
  db: Db,
  portal: string,
  after: { readonly botCode: string; readonly dialogId: string },
): Promise<Page<StoredConversation>> {
  const result = await query<StoredConversation>(
    db,
    `select bot_code, dialog_id, kind, owner, language, crm, ref, remote_id, updated_at from conversation
     where portal = ? and (bot_code, dialog_id) > (?, ?) order by bot_code, dialog_id limit ${pageRows}`,
    [portal, after.botCode, after.dialogId],
  );
  return { rows: result.rows, isLast: result.rows.length < pageRows };
}
