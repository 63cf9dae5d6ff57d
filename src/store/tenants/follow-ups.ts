/** Follow-ups: requests that brains want to be sent later. Set by the worker that holds the dialog's inbox lane; cancelled by anybody. */
import type { FollowUpChange } from '../../core/follow-up-change.ts';
import { type Db, query } from '../database.ts';
import { storableJson, storableText } from '../storable.ts';
import type { ConversationId } from './conversations.ts';

export interface FollowUpRow {
  readonly portal: string;
  readonly bot_code: string;
  readonly dialog_id: string;
  readonly id: string;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly due_at: Date;
  readonly created_at: Date;
  /** Trace of the event that set it. */
  readonly trace: string;
}

/** A follow-up that is due. `token` changes whenever it is set anew. */
export interface DueFollowUp extends FollowUpRow {
  readonly token: string;
  /** The portal has removed the app. */
  readonly is_closed: boolean;
}

export type StoredFollowUpChange = ConversationId & { readonly trace: string; readonly change: FollowUpChange };

const columns = 'portal, bot_code, dialog_id, id, name, params, due_at, created_at, trace';

/** Named one by one: a prepared statement fails once a newer version of the app has added a column to what it returns. */
const columnsOfDue = `${columns}, token`
  .split(', ')
  .map((column) => `f.${column}`)
  .join(', ');

/** Applies changes; of several with one id the last counts. Nothing is set for a bot that was removed meanwhile. */
export async function saveFollowUps(db: Db, changes: readonly StoredFollowUpChange[]): Promise<void> {
  const last = new Map<string, StoredFollowUpChange>();
  for (const one of changes) {
    last.set(JSON.stringify([one.portal, one.botCode, one.dialogId, one.change.id]), one);
  }
  const all = [...last.values()];
  const cancelled = all.filter(({ change }) => change.type === 'cancel');
  const set = all.flatMap((one) => (one.change.type === 'set' ? [{ ...one, ...one.change }] : []));
  if (cancelled.length > 0) {
    await query(
      db,
      `delete from follow_up f using unnest(?::text[], ?::text[], ?::text[], ?::text[]) as i(portal, bot_code, dialog_id, id)
       where f.portal = i.portal and f.bot_code = i.bot_code and f.dialog_id = i.dialog_id and f.id = i.id`,
      [...conversationColumns(cancelled), cancelled.map(({ change }) => storableText(change.id))],
    );
  }
  if (set.length === 0) return;
  await query(
    db,
    `insert into follow_up (portal, bot_code, dialog_id, id, name, params, due_at, trace)
     select i.* from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::json[], ?::timestamptz[], ?::text[])
       as i(portal, bot_code, dialog_id, id, name, params, due_at, trace)
     join bot b on b.portal = i.portal and b.code = i.bot_code
     order by i.portal, i.bot_code, i.dialog_id, i.id for key share of b
     on conflict (portal, bot_code, dialog_id, id) do update set
       name = excluded.name, params = excluded.params, due_at = excluded.due_at, trace = excluded.trace,
       token = excluded.token, created_at = excluded.created_at`,
    [
      ...conversationColumns(set),
      set.map(({ id }) => storableText(id)),
      set.map(({ name }) => storableText(name)),
      set.map(({ params }) => storableJson(params)),
      set.map(({ dueAt }) => dueAt),
      set.map(({ trace }) => trace),
    ],
  );
}

function conversationColumns(ids: readonly ConversationId[]): string[][] {
  return [ids.map(({ portal }) => portal), ids.map(({ botCode }) => botCode), ids.map(({ dialogId }) => dialogId)];
}

/** The ids of a conversation's pending follow-ups. */
export async function pendingFollowUps(db: Db, { portal, botCode, dialogId }: ConversationId): Promise<string[]> {
  const found = await query<{ id: string }>(
    db,
    'select id from follow_up where portal = ? and bot_code = ? and dialog_id = ?',
    [portal, botCode, dialogId],
  );
  return found.rows.map(({ id }) => id);
}

/** Pending follow-ups, the next ones first; those of one portal or conversation where it is named. */
export async function listFollowUps(
  db: Db,
  of: Partial<ConversationId> & { readonly limit: number },
): Promise<FollowUpRow[]> {
  const { portal = null, botCode = null, dialogId = null, limit } = of;
  const found = await query<FollowUpRow>(
    db,
    `select ${columns} from follow_up
     where (?::text is null or portal = ?) and (?::text is null or bot_code = ?) and (?::text is null or dialog_id = ?)
     order by due_at, id limit ?`,
    [portal, portal, botCode, botCode, dialogId, dialogId, limit],
  );
  return found.rows;
}

/** False when there was none with this id. */
export async function cancelFollowUp(db: Db, of: ConversationId, id: string): Promise<boolean> {
  const { portal, botCode, dialogId } = of;
  const gone = await query<unknown>(
    db,
    'delete from follow_up where portal = ? and bot_code = ? and dialog_id = ? and id = ? returning 1',
    [portal, botCode, dialogId, storableText(id)],
  );
  return gone.rows.length > 0;
}

/** Cancels all follow-ups of a bot that got another brain or account, to which the former one's requests mean nothing. */
export async function cancelFollowUpsOf(db: Db, portal: string, botCode: string): Promise<void> {
  await query(db, 'delete from follow_up where portal = ? and bot_code = ?', [portal, botCode]);
}

/** Follow-ups whose time has come, oldest first. Takes nothing: see `takeFollowUps`. */
export async function dueFollowUps(db: Db, limit: number): Promise<DueFollowUp[]> {
  const found = await query<DueFollowUp>(
    db,
    `select ${columnsOfDue}, p.state = 'uninstalled' as is_closed from follow_up f join portal p using (portal)
     where f.due_at <= now() and p.move_state is null order by f.due_at limit ?`,
    [limit],
    'due_follow_ups',
  );
  return found.rows;
}

/** Removes due follow-ups; returns the tokens of those that were still as they had been read. */
export async function takeFollowUps(db: Db, due: readonly DueFollowUp[]): Promise<ReadonlySet<string>> {
  const taken = await query<{ token: string }>(
    db,
    'delete from follow_up where portal = any(?::text[]) and token = any(?::uuid[]) returning token',
    [[...new Set(due.map(({ portal }) => portal))], due.map(({ token }) => token)],
  );
  return new Set(taken.rows.map(({ token }) => token));
}
