/** The bots of each portal. */
import type { Bot, BotColor, BotType, Greeting, SyncedState } from '../../core/bot.ts';
import type { Language } from '../../core/language.ts';
import { type Db, query } from '../database.ts';
import { storableJson } from '../storable.ts';

/** wanted: to be registered · registered: lives in the portal · refused: the portal said no (see problem) · deleted: a person removed it there. */
export type BotState = 'wanted' | 'registered' | 'refused' | 'deleted';

export interface BotRow {
  readonly portal: string;
  readonly code: string;
  readonly bot_id: string | null;
  readonly type: BotType;
  readonly name: string;
  readonly brain: string;
  readonly connection_id: string | null;
  readonly state: BotState;
  readonly problem: string | null;
  /** The brain leads again after this many minutes without a word from the people who lead; null: never by itself. */
  readonly give_back_minutes: number | null;
  /** People are called after a customer has waited this many minutes for the brain; null: never. */
  readonly call_person_minutes: number | null;
  /** Answered questions a minute that count as a loop of machines; 0: none do; null: the installation's limit. */
  readonly turns_per_minute: number | null;
  /** Its own greeting; null: the default one. */
  readonly greeting: StoredGreeting | null;
  readonly greet_after_seconds: number;
  /** The language it speaks; null: the portal's. */
  readonly language: Language | null;
  /** How long messages wait for others to be delivered with; 0: not at all; null: as the brain says. */
  readonly burst_ms: number | null;
  /** Null: the usual one of its type. */
  readonly color: BotColor | null;
  /** Tells pictures apart; null: the usual one of its type. */
  readonly picture_id: string | null;
  /** Chooses its usual picture; unique among the bots of its type in the portal, and kept as long as the bot is there. */
  readonly picture_number: number;
  /** What it tells customers while nobody answers for it, by language; null: the default text. */
  readonly unanswered: Readonly<Partial<Record<Language, string>>> | null;
  /** What the portal was last told of it; null until it was registered. */
  readonly synced: SyncedState | null;
}

/** Texts by language that replace the default greeting, or no greeting at all. */
export type StoredGreeting = Readonly<Partial<Record<Language, string>>> & { readonly off?: true };

/** The greeting in the form the bridge takes. */
export function greetingOf({ greeting, greet_after_seconds: afterSeconds }: BotRow): Greeting {
  const { off, ...texts } = greeting ?? {};
  return { texts, isOff: off === true, afterSeconds };
}

/** Bots of a portal in the order they are to be registered: Open Channel bots first, because two portal methods act as the app's first bot. */
export async function listBots(db: Db, portal?: string): Promise<BotRow[]> {
  const result = await query<BotRow>(
    db,
    `select portal, code, bot_id, type, name, brain, connection_id, state, problem, give_back_minutes,
       call_person_minutes, turns_per_minute,
       greeting, greet_after_seconds, language, burst_ms, unanswered, color, picture_id, picture_number, synced from bot
     where ?::text is null or portal = ?
     order by portal, case type when 'O' then 0 when 'S' then 1 else 2 end, created_at, code`,
    [portal ?? null, portal ?? null],
  );
  return result.rows;
}

/**
 * Adds a bot that is to be registered; an existing one of that code is left as it is. Returns whether it was added. The caller has locked the
 * portal: two bots added at once would get the same usual picture.
 */
export async function addBot(db: Db, portal: string, bot: Omit<Bot, 'botId'>): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `with unused as materialized (
       select min(free)::int as number from generate_series(1, (select count(*) + 1 from bot where portal = ?)) free
       where not exists (select from bot b where b.portal = ? and b.type = ? and b.picture_number = free)
     )
     insert into bot (portal, code, type, name, brain, connection_id, picture_number)
     select ?, ?, ?, ?, ?, ?::uuid, number from unused
     on conflict do nothing returning 1`,
    [portal, portal, bot.type, portal, bot.code, bot.type, bot.name, bot.brain, bot.connectionId],
  );
  return result.rows.length > 0;
}

/** Changes single facts of a bot. Returns whether there is such a bot. */
export async function updateBot(
  db: Db,
  portal: string,
  code: string,
  change: Partial<
    Pick<
      BotRow,
      | 'bot_id'
      | 'name'
      | 'brain'
      | 'connection_id'
      | 'state'
      | 'problem'
      | 'give_back_minutes'
      | 'call_person_minutes'
      | 'turns_per_minute'
      | 'greeting'
      | 'greet_after_seconds'
      | 'language'
      | 'burst_ms'
      | 'color'
      | 'picture_id'
      | 'unanswered'
      | 'synced'
    >
  >,
): Promise<boolean> {
  const greeting = change.greeting === undefined ? {} : { greeting: storableJson(change.greeting) };
  const unanswered = change.unanswered === undefined ? {} : { unanswered: storableJson(change.unanswered) };
  const synced = change.synced === undefined ? {} : { synced: storableJson(change.synced) };
  const changed = await db('bot')
    .where({ portal, code })
    .update({ ...change, ...greeting, ...unanswered, ...synced, updated_at: db.raw('now()') });
  return changed > 0;
}

/** Gives a bot another brain or account. False when it no longer has the ones it had when it was read: then nothing is written. */
export async function giveConnection(
  db: Db,
  bot: Pick<BotRow, 'portal' | 'code' | 'brain' | 'connection_id'>,
  account: Pick<Bot, 'brain' | 'connectionId'>,
): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update bot set brain = ?, connection_id = ?, updated_at = now(),
       brain_since = case when brain = ? and connection_id is not distinct from ?::uuid then brain_since else clock.at end
     from (select now() as at) clock
     where portal = ? and code = ? and brain = ? and connection_id is not distinct from ?::uuid returning 1`,
    [
      account.brain,
      account.connectionId,
      account.brain,
      account.connectionId,
      bot.portal,
      bot.code,
      bot.brain,
      bot.connection_id,
    ],
  );
  return result.rows.length > 0;
}

/** Removes the bot. Returns the id that the portal had given it by then; undefined when there is no such bot. */
export async function removeBot(db: Db, portal: string, code: string): Promise<Pick<BotRow, 'bot_id'> | undefined> {
  const [removed] = await db('bot').where({ portal, code }).delete().returning<Pick<BotRow, 'bot_id'>[]>(['bot_id']);
  return removed;
}

/** Records that a bot no longer exists in the portal. */
export async function markBotDeleted(db: Db, portal: string, botId: string): Promise<void> {
  await db('bot')
    .where({ portal, bot_id: botId })
    .update({ state: 'deleted', bot_id: null, updated_at: db.raw('now()') });
}

/** Clears the bots' portal ids: an installation after a removal assigns new ones. */
export async function forgetBotIds(db: Db, portal: string): Promise<void> {
  await db('bot')
    .where({ portal })
    .update({ bot_id: null, state: 'wanted', problem: null, updated_at: db.raw('now()') });
}
