/** Conversations: dialogs bound to their counterparts in brains. Written only by the worker that holds the dialog's inbox lane. */
import type { Conversation, OfferedChoices, Owner } from '../../core/conversation.ts';
import type { ChatKind } from '../../core/events.ts';
import type { Language } from '../../core/language.ts';
import { type Db, query, type SqlPart } from '../database.ts';
import type { LaneId } from '../queue/lanes.ts';
import { isStorable, storableJson, storableText } from '../storable.ts';

export interface ConversationId {
  readonly portal: string;
  readonly botCode: string;
  readonly dialogId: string;
}

interface ConversationRow {
  readonly portal: string;
  readonly bot_code: string;
  readonly dialog_id: string;
  readonly ref: string;
  readonly remote_id: string | null;
  readonly owner: Owner;
  readonly taken_at: Date | null;
  readonly kind: ChatKind;
  readonly title: string;
  readonly person: string;
  readonly line_id: string | null;
  readonly session_id: string | null;
  readonly session_leader: string;
  readonly is_greeted: boolean;
  readonly language: Language;
  readonly owned_since: Date | null;
  readonly inactive_since: Date | null;
  readonly has_inactivity_timer: boolean;
  readonly crm: string;
  readonly waiting_since: Date | null;
  readonly silence_timer_at: Date | null;
  readonly burst: Conversation['burst'];
  readonly burst_timer_at: Date | null;
  readonly choices: OfferedChoices | null;
  readonly turns: Conversation['turns'];
}

export const conversationKey = (id: ConversationId): string => `${id.portal}\n${id.botCode}\n${id.dialogId}`;

function toConversation(row: ConversationRow): Conversation {
  return {
    botCode: row.bot_code,
    dialogId: row.dialog_id,
    ref: row.ref,
    remoteId: row.remote_id,
    owner: row.owner,
    isTaken: row.taken_at !== null,
    kind: row.kind,
    title: row.title,
    person: row.person,
    lineId: row.line_id,
    sessionId: row.session_id,
    sessionLeader: row.session_leader,
    isGreeted: row.is_greeted,
    language: row.language,
    ownedSince: row.owned_since?.toISOString() ?? null,
    inactiveSince: row.inactive_since?.toISOString() ?? null,
    hasInactivityTimer: row.has_inactivity_timer,
    crm: row.crm,
    waitingSince: row.waiting_since?.toISOString() ?? null,
    silenceTimerAt: row.silence_timer_at?.toISOString() ?? null,
    burst: row.burst,
    burstTimerAt: row.burst_timer_at?.toISOString() ?? null,
    choices: row.choices,
    turns: row.turns,
  };
}

/** The conversations that exist among these, by `conversationKey`. */
export async function readConversations(db: Db, ids: readonly ConversationId[]): Promise<Map<string, Conversation>> {
  const found = new Map<string, Conversation>();
  if (ids.length === 0) return found;
  const result = await query<ConversationRow>(
    db,
    `select c.* from conversation c join unnest(?::text[], ?::text[], ?::text[]) as i(portal, bot_code, dialog_id)
     on c.portal = i.portal and c.bot_code = i.bot_code and c.dialog_id = i.dialog_id`,
    [ids.map((id) => id.portal), ids.map((id) => id.botCode), ids.map((id) => id.dialogId)],
  );
  for (const row of result.rows) {
    const conversation = toConversation(row);
    found.set(conversationKey({ portal: row.portal, botCode: row.bot_code, dialogId: row.dialog_id }), conversation);
  }
  return found;
}

/** Longer names are cut: nobody searches for the rest. */
const namesLength = 200;

/** What a search for people and dialogs looks at. Lower-cased here: how the database does that depends on how it was set up. */
function foundBy({ person, title, dialogId }: Conversation): string {
  const words = [person.slice(0, namesLength), title.slice(0, namesLength), dialogId].join('\n');
  return storableText(words.toLowerCase());
}

/** A conversation as its inbox lane has left it. */
export interface DecidedConversation extends LaneId {
  readonly conversation: Conversation;
}

/**
 * An INSERT that stores the conversations of those lanes that the CTE `finished` names. The time at which a person took one comes from the
 * clock that dates actions, see `isTakenSince`.
 */
export function storingConversations(conversations: readonly DecidedConversation[]): SqlPart {
  const all = conversations.map((entry) => entry.conversation);
  return {
    sql: `insert into conversation
       (portal, bot_code, dialog_id, ref, remote_id, owner, kind, session_id, is_greeted, language,
        owned_since, inactive_since, has_inactivity_timer, crm, choices, session_leader, waiting_since, silence_timer_at, burst, burst_timer_at, turns,
        title, person, line_id, found_by, active_at, taken_at)
     select portal, bot_code, dialog_id, ref, remote_id, owner, kind, session_id, is_greeted, language,
            owned_since, inactive_since, has_inactivity_timer, crm, choices::jsonb, session_leader, waiting_since, silence_timer_at, burst, burst_timer_at, turns,
            title, person, line_id, found_by, date_trunc('minute', now()), case when is_taken then now() end
     from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::boolean[], ?::text[],
       ?::timestamptz[], ?::timestamptz[], ?::boolean[], ?::text[], ?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::json[], ?::timestamptz[], ?::json[],
       ?::text[], ?::text[], ?::text[], ?::text[], ?::boolean[], ?::text[])
       as i(portal, bot_code, dialog_id, ref, remote_id, owner, kind, session_id, is_greeted, language,
            owned_since, inactive_since, has_inactivity_timer, crm, choices, session_leader, waiting_since, silence_timer_at, burst, burst_timer_at, turns,
            title, person, line_id, found_by, is_taken, lane)
     where exists (select 1 from finished f where f.portal = i.portal and f.key = i.lane)
     on conflict (portal, bot_code, dialog_id) do update set
       remote_id = excluded.remote_id, owner = excluded.owner, kind = excluded.kind, session_id = excluded.session_id,
       is_greeted = excluded.is_greeted, language = excluded.language, owned_since = excluded.owned_since,
       inactive_since = excluded.inactive_since, has_inactivity_timer = excluded.has_inactivity_timer, crm = excluded.crm,
       choices = excluded.choices, waiting_since = excluded.waiting_since, silence_timer_at = excluded.silence_timer_at,
       session_leader = excluded.session_leader, burst = excluded.burst, burst_timer_at = excluded.burst_timer_at, turns = excluded.turns,
       title = excluded.title, person = excluded.person, line_id = excluded.line_id,
       found_by = excluded.found_by, active_at = excluded.active_at,
       taken_at = case when excluded.taken_at is not null then coalesce(conversation.taken_at, excluded.taken_at) end,
       updated_at = excluded.updated_at`,
    values: [
      conversations.map((entry) => entry.portal),
      all.map((conversation) => conversation.botCode),
      all.map((conversation) => conversation.dialogId),
      all.map((conversation) => conversation.ref),
      all.map((conversation) => conversation.remoteId),
      all.map((conversation) => conversation.owner),
      all.map((conversation) => conversation.kind),
      all.map((conversation) => conversation.sessionId),
      all.map((conversation) => conversation.isGreeted),
      all.map((conversation) => conversation.language),
      all.map((conversation) => conversation.ownedSince),
      all.map((conversation) => conversation.inactiveSince),
      all.map((conversation) => conversation.hasInactivityTimer),
      all.map((conversation) => storableText(conversation.crm)),
      all.map(({ choices }) => (choices === null ? null : storableJson(choices))),
      all.map((conversation) => conversation.sessionLeader),
      all.map((conversation) => conversation.waitingSince),
      all.map((conversation) => conversation.silenceTimerAt),
      all.map(({ burst }) => (burst === null ? null : storableJson(burst))),
      all.map((conversation) => conversation.burstTimerAt),
      all.map(({ turns }) => (turns === null ? null : storableJson(turns))),
      all.map(({ title }) => storableText(title.slice(0, namesLength))),
      all.map(({ person }) => storableText(person.slice(0, namesLength))),
      all.map(({ lineId }) => storableText(lineId)),
      all.map(foundBy),
      all.map((conversation) => conversation.isTaken),
      conversations.map((entry) => entry.lane),
    ],
  };
}

/** Those of `botCodes` that have talked in this chat of an Open Channel. */
export async function lineBots(
  db: Db,
  { portal, dialogId }: Pick<ConversationId, 'portal' | 'dialogId'>,
  botCodes: readonly string[],
): Promise<readonly string[]> {
  const result = await query<Pick<ConversationRow, 'bot_code'>>(
    db,
    `select bot_code from conversation where portal = ? and bot_code = any(?::text[]) and dialog_id = ? and kind = 'line'`,
    [portal, botCodes, dialogId],
  );
  return result.rows.map(({ bot_code: code }) => code);
}

/** Whether a person has taken the action's conversation since the action was decided, and still leads it. */
export async function isTakenSince(db: Db, action: LaneId & { readonly seq: number }): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `select 1 from outbox o join conversation c
       on c.portal = o.portal and c.bot_code = o.bot_code and c.dialog_id = o.dialog_id
     where o.portal = ? and o.lane = ? and o.seq = ? and c.taken_at >= o.created_at`,
    [action.portal, action.lane, action.seq],
    'is_taken_since',
  );
  return result.rows.length > 0;
}

/** Clears what belongs to the former account after a bot's connection was replaced: its ids and choices mean nothing, or something else, in the new one. */
export async function forgetRemoteIds(db: Db, portal: string, botCode: string): Promise<void> {
  await query(
    db,
    `update conversation set remote_id = null, choices = null, updated_at = now()
     where portal = ? and bot_code = ? and (remote_id is not null or choices is not null)`,
    [portal, botCode],
  );
}

/** Finds the conversation of a brain's message by our own `ref`. */
export async function findByRef(db: Db, portal: string, ref: string): Promise<ConversationId | null> {
  if (!isStorable(ref)) return null;
  const result = await query<ConversationRow>(db, 'select * from conversation where portal = ? and ref = ?', [
    portal,
    ref,
  ]);
  const row = result.rows[0];
  return row === undefined ? null : { portal, botCode: row.bot_code, dialogId: row.dialog_id };
}

/**
 * Finds the conversation of a brain's message by our own `ref`, among the bots that use this connection. An account that a bot no longer
 * uses still knows such refs, but must not speak there any more.
 */
export async function findOwnByRef(
  db: Db,
  portal: string,
  connectionId: string,
  ref: string,
): Promise<ConversationId | null> {
  if (!isStorable(ref)) return null;
  const result = await query<ConversationRow>(
    db,
    `select c.* from conversation c join bot b on b.portal = c.portal and b.code = c.bot_code
     where c.portal = ? and c.ref = ? and b.connection_id = ?`,
    [portal, ref, connectionId],
  );
  const row = result.rows[0];
  return row === undefined ? null : { portal, botCode: row.bot_code, dialogId: row.dialog_id };
}

/** How a brain's message names its conversation: by the brain's own id, among the bots that use this connection. */
export interface RemoteName {
  readonly portal: string;
  readonly connectionId: string;
  readonly remoteId: string;
  /** The lane in which messages wait while the conversation is not known. */
  readonly waitingLane: string;
}

/** Finds the conversation of a brain's message by the brain's own id; `hasWaiting`: earlier messages still wait in their lane. */
export async function findByRemoteId(
  db: Db,
  { portal, connectionId, remoteId, waitingLane }: RemoteName,
): Promise<(ConversationId & { readonly hasWaiting: boolean }) | null> {
  if (!isStorable(remoteId)) return null;
  const result = await query<ConversationRow & { readonly has_waiting: boolean }>(
    db,
    `select c.*, exists (
       select 1 from lane l where l.portal = c.portal and l.queue = 'inbox' and l.key = ? and l.seq > l.done
     ) as has_waiting
     from conversation c join bot b on b.portal = c.portal and b.code = c.bot_code
     where c.portal = ? and c.remote_id = ? and b.connection_id = ?`,
    [waitingLane, portal, remoteId, connectionId],
  );
  const row = result.rows[0];
  if (row === undefined) return null;
  return { portal, botCode: row.bot_code, dialogId: row.dialog_id, hasWaiting: row.has_waiting };
}
