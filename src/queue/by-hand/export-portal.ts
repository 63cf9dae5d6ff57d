/** Writes what is stored of a portal, or of one person in it, as JSON: piece by piece, so that no size is too large. Holds no secrets. */
import { AppError } from '../../core/errors.ts';
import type { Pool } from '../../store/database.ts';
import {
  pieceSize,
  readActionPage,
  readActionPiece,
  readBodyPiece,
  readConversationPage,
  readEventPage,
  type StoredAction,
  type StoredEvent,
} from '../../store/reporting/stored-events.ts';
import { listAuditEntries } from '../../store/tenants/audit.ts';
import { listBots } from '../../store/tenants/bots.ts';
import { listConnections } from '../../store/tenants/connections.ts';
import { listFollowUps } from '../../store/tenants/follow-ups.ts';
import type { Portal } from '../../store/tenants/portals.ts';
import { privateDialogs } from './erase-person.ts';
import { personEvents } from './person-events.ts';

/** A longer list of follow-ups is of no use to people. */
const maxFollowUps = 10_000;

/** Values to write as JSON. */
type Rows = AsyncIterable<unknown>;

/** The JSON of each value; a large one comes piece by piece. */
type Written = AsyncIterable<string | AsyncIterable<string>>;

/** Rows are joined until they have this many characters. */
const chunkSize = 16 * 1024;

/** Which data of the portal is written: that of one person, or everything. */
interface Scope {
  readonly db: Pool;
  readonly portal: Portal;
  /** Inbox lanes; null: all. */
  readonly lanes: readonly string[] | null;
  /** Tells by trace which events of an inbox lane, and which actions that followed, are written; in a person's own dialogs all are. */
  readonly heldIn: (lane: string) => Promise<(trace: string) => boolean>;
}

/** @param userId null: everything */
export function exportPortal(db: Pool, portal: Portal, userId: string | null): AsyncGenerator<string> {
  return inChunks(write(db, portal, userId));
}

async function* write(db: Pool, portal: Portal, userId: string | null): AsyncGenerator<string> {
  const scope = userId === null ? everything(db, portal) : await ofPerson(db, portal, userId);
  const { domain, language, license: plan, installed_at: installedAt } = portal;
  yield `{"portal":${JSON.stringify({ domain, language, plan, installedAt })},"person":${JSON.stringify(userId)}`;
  const parts: Readonly<Record<string, Written>> = {
    ...(userId === null
      ? { bots: whole(bots(scope)), connections: whole(connections(scope)), audit: whole(audit(scope, null)) }
      : {}),
    ...(userId === null ? {} : { audit: whole(audit(scope, userId)) }),
    conversations: whole(conversations(scope)),
    events: events(scope),
    actions: actions(scope),
    followUps: whole(followUps(scope)),
  };
  for (const [name, rows] of Object.entries(parts)) {
    yield `,\n${JSON.stringify(name)}:[`;
    let separator = '\n';
    for await (const row of rows) {
      yield separator;
      if (typeof row === 'string') yield row;
      else yield* row;
      separator = ',\n';
    }
    yield ']';
  }
  yield '}\n';
}

async function* whole(rows: Rows): Written {
  for await (const row of rows) yield JSON.stringify(row);
}

/** Joins small rows, because writing each by itself would cost a write per row. */
async function* inChunks(text: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const piece of text) {
    chunk += piece;
    if (chunk.length < chunkSize) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

const isHeld = (): boolean => true;

const everything = (db: Pool, portal: Portal): Scope => ({
  db,
  portal,
  lanes: null,
  heldIn: () => Promise.resolve(isHeld),
});

/** Lanes whose traces are in memory: rows of one dialog may alternate with those of its neighbours. */
const lanesInMemory = 4;

async function ofPerson(db: Pool, portal: Portal, userId: string): Promise<Scope> {
  const own = new Set((await privateDialogs(db, portal.portal, userId)).map(({ lane }) => lane));
  const shared = new Set<string>();
  for await (const { lane, isCustomer } of personEvents(db, portal.portal, userId))
    (isCustomer ? own : shared).add(lane);
  const known = new Map<string, ReadonlySet<string>>();
  return {
    db,
    portal,
    lanes: [...new Set([...own, ...shared])],
    async heldIn(lane) {
      if (own.has(lane)) return isHeld;
      const traces = known.get(lane) ?? (await tracesOf(db, portal.portal, userId, lane));
      known.set(lane, traces);
      const [oldest = lane] = known.keys();
      if (known.size > lanesInMemory) known.delete(oldest);
      return (trace) => traces.has(trace);
    },
  };
}

async function tracesOf(db: Pool, portal: string, userId: string, lane: string): Promise<ReadonlySet<string>> {
  const traces = new Set<string>();
  for await (const { trace } of personEvents(db, portal, userId, { lanes: [lane] })) traces.add(trace);
  return traces;
}

async function* bots({ db, portal }: Scope): Rows {
  for (const { code, type, name, brain, state, language, greeting } of await listBots(db, portal.portal)) {
    yield { code, type, name, brain, state, language, greeting };
  }
}

async function* connections({ db, portal }: Scope): Rows {
  for (const { id, brain, title, disabled_reason: disabledReason } of await listConnections(db, portal.portal)) {
    yield { id, brain, title, disabledReason };
  }
}

async function* audit({ db, portal }: Scope, userId: string | null): Rows {
  let before: string | null = null;
  for (;;) {
    const rows = await listAuditEntries(db, portal.portal, { before, limit: 200 });
    for (const row of rows) if (userId === null || row.user_id === userId) yield row;
    const last = rows.at(-1);
    if (last === undefined) return;
    before = last.id;
  }
}

async function* conversations({ db, portal, lanes }: Scope): Rows {
  const wanted = lanes === null ? null : new Set(lanes);
  let after = { botCode: '', dialogId: '' };
  for (;;) {
    const { rows, isLast } = await readConversationPage(db, portal.portal, after);
    for (const row of rows) {
      after = { botCode: row.bot_code, dialogId: row.dialog_id };
      if (wanted === null || wanted.has(`${row.bot_code}/${row.dialog_id}`)) yield row;
    }
    if (isLast) return;
  }
}

async function* events({ db, portal, lanes, heldIn }: Scope): Written {
  let after = { lane: '', seq: 0 };
  for (;;) {
    const page = await readEventPage(db, portal.portal, { after, lanes, isCut: true });
    for (const { body, size, ...row } of page.rows) {
      after = { lane: row.lane, seq: row.seq };
      if (!(await heldIn(row.lane))(row.trace)) continue;
      if (body.length === size) yield JSON.stringify({ ...row, body: body.toString('utf8') });
      else yield writeEvent(db, portal.portal, row, { body, size });
    }
    if (page.isLast) return;
  }
}

/** A large event. A character may be cut in two by the end of a piece: the decoder keeps its first bytes for the next one. */
async function* writeEvent(
  db: Pool,
  portal: string,
  row: Omit<StoredEvent, 'body' | 'size'>,
  { body, size }: Pick<StoredEvent, 'body' | 'size'>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let piece = body;
  let read = body.length;
  let text = `${openObject(row)}"body":"${quoted(decoder.decode(piece, { stream: true }))}`;
  while (read < size) {
    yield text;
    piece = await readBodyPiece(db, portal, row, read);
    if (piece.length === 0) throw goneMeanwhile();
    read += piece.length;
    text = quoted(decoder.decode(piece, { stream: true }));
  }
  yield `${text}${quoted(decoder.decode())}"}`;
}

async function* actions({ db, portal, lanes, heldIn }: Scope): Written {
  let after = { lane: '', seq: 0 };
  for (;;) {
    const page = await readActionPage(db, portal.portal, { after, lanes });
    for (const { action, size, ...row } of page.rows) {
      after = { lane: row.lane, seq: row.seq };
      if (!(await heldIn(row.lane.split('>')[0] ?? ''))(row.trace)) continue;
      if (size <= pieceSize) yield `${openObject(row)}"action":${action}}`;
      else yield writeAction(db, portal.portal, row, { action, size });
    }
    if (page.isLast) return;
  }
}

/** A large action. It is stored as JSON, and written as it is. */
async function* writeAction(
  db: Pool,
  portal: string,
  row: Omit<StoredAction, 'action' | 'size'>,
  { action, size }: Pick<StoredAction, 'action' | 'size'>,
): AsyncGenerator<string> {
  let text = `${openObject(row)}"action":${action}`;
  for (let read = lengthOf(action); read < size; ) {
    yield text;
    text = await readActionPiece(db, portal, row, read);
    if (text === '') throw goneMeanwhile();
    read += lengthOf(text);
  }
  yield `${text}}`;
}

/** In characters as the database counts them: one where JavaScript has a surrogate pair. */
function lengthOf(text: string): number {
  let pairs = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd8_00 && unit < 0xdc_00) pairs += 1;
  }
  return text.length - pairs;
}

/** The JSON of an object, left open for its last key. */
const openObject = (row: object): string => `${JSON.stringify(row).slice(0, -1)},`;

/** What stands between the quotation marks of a JSON string. */
const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);

const goneMeanwhile = () =>
  new AppError({ code: 'export.changed', message: 'something was deleted while it was being exported' });

async function* followUps({ db, portal, lanes }: Scope): Rows {
  const wanted = lanes === null ? null : new Set(lanes);
  for (const row of await listFollowUps(db, { portal: portal.portal, limit: maxFollowUps })) {
    if (wanted === null || wanted.has(`${row.bot_code}/${row.dialog_id}`)) yield row;
  }
}
