/** Reads what was said in conversations as far as it is stored: what was passed on to brains, and what bots sent. The workers never read this. */
import { type Db, query } from '../database.ts';
import { outboxLane } from '../queue/lane-names.ts';

export interface SaidText {
  readonly bot_code: string;
  readonly dialog_id: string;
  readonly text: string;
  readonly at: Date;
  /** Who said it: the bot, or somebody who talks with it. */
  readonly by: 'bot' | 'other';
}

export interface DialogId {
  readonly botCode: string;
  readonly dialogId: string;
}

/** Longer texts are cut. */
const textLength = 4_000;

/**
 * The newest texts of each of these conversations, the newest first: at most `perSide` of those passed on to the brain and as many of those
 * the bot sent. Edits, notes to the staff and technical messages are left out.
 */
export async function readSaidTexts(
  db: Db,
  portal: string,
  dialogs: readonly DialogId[],
  perSide: number,
): Promise<SaidText[]> {
  const sides = dialogs.flatMap(({ botCode, dialogId }) =>
    (['brain', 'portal'] as const).map((target) => ({ lane: outboxLane(botCode, dialogId, target), target })),
  );
  const result = await query<SaidText>(
    db,
    `select said.bot_code, said.dialog_id, said.text, said.created_at as at,
            case when wanted.target = 'portal' then 'bot' else 'other' end as by
     from unnest(?::text[], ?::text[]) as wanted(lane, target)
     cross join lateral (
       select o.bot_code, o.dialog_id, o.created_at, left(o.action->>'text', ${textLength}) as text
       from outbox o
       where o.portal = ? and o.lane = wanted.lane and o.action->>'text' <> ''
         and case when wanted.target = 'portal' then o.action->>'type' = 'send' and o.action->>'internal' = 'false'
                  else o.action->>'type' in ('message', 'mirrored', 'overheard') end
       order by o.seq desc limit ?
     ) said
     order by said.created_at desc`,
    [sides.map(({ lane }) => lane), sides.map(({ target }) => target), portal, perSide],
  );
  return result.rows;
}

/** The chat of a conversation as it was last told to its brain; null when nothing of it is stored. */
export async function readLastChat(db: Db, portal: string, { botCode, dialogId }: DialogId): Promise<unknown> {
  const result = await query<{ chat: unknown }>(
    db,
    `select action->'chat' as chat from outbox
     where portal = ? and lane = ? and action->>'type' in ('message', 'mirrored') order by seq desc limit 1`,
    [portal, outboxLane(botCode, dialogId, 'brain')],
  );
  return result.rows[0]?.chat ?? null;
}

/** How many dead letters each of these lanes has, counted in both queues; lanes without any are left out. */
export async function countStuck(
  db: Db,
  portal: string,
  lanes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const result = await query<{ lane: string; stuck: number }>(
    db,
    `select lane, count(*)::int as stuck from (
       select lane from outbox where portal = ? and lane = any(?::text[]) and state in ('dead_letter', 'unknown')
       union all
       select lane from inbox_outcome where portal = ? and lane = any(?::text[]) and state = 'dead_letter'
     ) found group by lane`,
    [portal, lanes, portal, lanes],
  );
  return new Map(result.rows.map(({ lane, stuck }) => [lane, stuck]));
}
