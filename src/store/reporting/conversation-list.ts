/** Reads the list of a portal's conversations, the last active first. The workers never read this. */
import type { Owner } from '../../core/conversation.ts';
import type { ChatKind } from '../../core/events.ts';
import { type Db, query, type SqlValue } from '../database.ts';
import { isStorable } from '../storable.ts';

export interface ListedConversation {
  readonly bot_code: string;
  readonly dialog_id: string;
  readonly kind: ChatKind;
  readonly title: string;
  readonly person: string;
  readonly line_id: string | null;
  readonly owner: Owner;
  readonly is_taken: boolean;
  readonly owned_since: Date | null;
  readonly waiting_since: Date | null;
  /** When the last event came. */
  readonly updated_at: Date;
  /** Where the list goes on after this row. */
  readonly place: ListPlace;
}

/** The row a page ended with. The moments are texts, because a Date has no microseconds. */
export type ListPlace = readonly [activeAt: string, updatedAt: string, botCode: string, dialogId: string];

export interface ListFilter {
  readonly botCode?: string | undefined;
  readonly lineId?: string | undefined;
  readonly kind?: ChatKind | undefined;
  readonly lead?: 'brain' | 'handed_over' | 'taken' | undefined;
  /** undelivered: it has dead letters · under_way: something of it waits for its turn · waiting: its customer waits for an answer. */
  readonly state?: 'undelivered' | 'under_way' | 'waiting' | undefined;
  /** Last active since then, and before then. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** Part of the person's name, the chat's title or the dialog's id, in any case. */
  readonly name?: string | undefined;
}

const columns = `c.bot_code, c.dialog_id, c.kind, c.title, c.person, c.line_id, c.owner, c.taken_at is not null as is_taken,
  c.owned_since, c.waiting_since, c.updated_at,
  json_build_array(c.active_at::text, c.updated_at::text, c.bot_code, c.dialog_id) as place`;

const leads = {
  brain: `c.owner = 'brain'`,
  handed_over: `c.owner = 'person' and c.taken_at is null`,
  taken: `c.owner = 'person' and c.taken_at is not null`,
} as const;

/** The keys of a dialog's lanes begin with its bot code and its id; `safe` (`lane-names.ts`) leaves both as they are unless hostile. */
const states = {
  waiting: 'c.waiting_since is not null',
  undelivered: `(c.bot_code, c.dialog_id) in (
    select o.bot_code, o.dialog_id from outbox o
      where o.portal = ? and o.state in ('dead_letter', 'unknown') and o.bot_code is not null
    union
    select split_part(i.lane, '/', 1), substr(i.lane, strpos(i.lane, '/') + 1) from inbox_outcome i
      where i.portal = ? and i.state = 'dead_letter'
  )`,
  under_way: `(c.bot_code, c.dialog_id) in (
    select split_part(l.key, '/', 1), split_part(substr(l.key, strpos(l.key, '/') + 1), '>', 1) from lane l
      where l.portal = ? and l.ready_at < 'infinity' and (l.queue = 'inbox' or l.destination not in ('app', 'later'))
  )`,
} as const;

/** At most `limit` conversations after the place `after`; null: from the most recently active one on. */
export async function listConversations(
  db: Db,
  portal: string,
  filter: ListFilter,
  { after, limit }: { readonly after: ListPlace | null; readonly limit: number },
): Promise<ListedConversation[]> {
  const { where, values } = conditionsOf(portal, filter);
  if (after !== null) {
    where.push(
      '(c.active_at, c.updated_at, c.bot_code, c.dialog_id) < (?::timestamptz, ?::timestamptz, ?, ?)',
      'c.active_at <= ?::timestamptz',
    );
    values.push(...after, after[0]);
  }
  const result = await query<ListedConversation>(
    db,
    `select ${columns} from conversation c where ${where.join(' and ')}
     order by c.active_at desc, c.updated_at desc, c.bot_code desc, c.dialog_id desc limit ?`,
    [...values, limit],
  );
  return result.rows;
}

function conditionsOf(portal: string, filter: ListFilter): { readonly where: string[]; readonly values: SqlValue[] } {
  const where = ['c.portal = ?'];
  const values: SqlValue[] = [portal];
  const add = (condition: string, ...its: readonly SqlValue[]): void => {
    where.push(condition);
    values.push(...its);
  };
  if (filter.botCode !== undefined) add('c.bot_code = ?', filter.botCode);
  if (filter.lineId !== undefined) add('c.line_id = ?', filter.lineId);
  if (filter.kind !== undefined) add('c.kind = ?', filter.kind);
  if (filter.lead !== undefined) add(leads[filter.lead]);
  if (filter.since !== undefined) add('c.updated_at >= ? and c.active_at >= ?', filter.since, minuteOf(filter.since));
  if (filter.until !== undefined) add('c.updated_at < ? and c.active_at <= ?', filter.until, minuteOf(filter.until));
  if (filter.name !== undefined) add(`c.found_by like ? escape '\\'`, `%${literally(filter.name.toLowerCase())}%`);
  if (filter.state !== undefined) {
    const condition = states[filter.state];
    add(condition, ...Array.from(condition.matchAll(/\?/g), () => portal));
  }
  return { where, values };
}

/** `active_at` is cut to the minute. */
const minuteOf = (moment: Date): Date => new Date(Math.floor(moment.getTime() / 60_000) * 60_000);

const literally = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/** One conversation; null when the portal has no such one. */
export async function findConversation(
  db: Db,
  { portal, botCode, dialogId }: { readonly portal: string; readonly botCode: string; readonly dialogId: string },
): Promise<ListedConversation | null> {
  if (!isStorable(botCode) || !isStorable(dialogId)) return null;
  const result = await query<ListedConversation>(
    db,
    `select ${columns} from conversation c where c.portal = ? and c.bot_code = ? and c.dialog_id = ?`,
    [portal, botCode, dialogId],
  );
  return result.rows[0] ?? null;
}

/** The ids of the Open Channels in which a portal has conversations. Steps from one to the next, because 200 000 conversations have few. */
export async function listLineIds(db: Db, portal: string): Promise<string[]> {
  const result = await query<{ line_id: string }>(
    db,
    `with recursive line (line_id) as (
       (select line_id from conversation where portal = ? and line_id is not null order by line_id limit 1)
       union all
       select (select c.line_id from conversation c where c.portal = ? and c.line_id > line.line_id order by c.line_id limit 1)
       from line where line.line_id is not null
     )
     select line_id from line where line_id is not null limit 200`,
    [portal, portal],
  );
  return result.rows.map(({ line_id: id }) => id);
}
