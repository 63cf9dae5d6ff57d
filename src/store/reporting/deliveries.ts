/** Reads what was lately sent to a brain, for the page of a connection. Holds no texts of messages. */
import { type Db, query } from '../database.ts';
import type { LaneId } from '../queue/lanes.ts';

export interface DeliveryRow {
  readonly lane: string;
  readonly seq: number;
  readonly bot_code: string;
  readonly dialog_id: string;
  /** The type of the action: `message`, `edit`, … */
  readonly kind: string;
  /** The message of Bitrix24 it is about; null for other actions. */
  readonly message_id: string | null;
  readonly trace: string;
  readonly at: Date;
  readonly done_at: Date | null;
  readonly state: string;
  readonly outcome: string | null;
  /** The brain's id of what it made of the delivery. */
  readonly remote_id: string | null;
  /** Attempts so far at a delivery whose turn has come in its lane; 0 for all others. */
  readonly attempts: number;
  /** When it is tried again; null unless it waits for its next attempt (one may be under way). */
  readonly next_at: Date | null;
}

/** Leaves out what the bot's former brain took: the present brain must not be sent it. */
const ofPresentBrain = `o.portal = b.portal and o.bot_code = b.code and o.target = 'brain'
  and (o.done_at is null or b.brain_since is null or o.done_at >= b.brain_since)`;

/** The newest deliveries of a week to the brain of these bots, newest first. Reads at most `limit` of each bot. */
export async function listDeliveries(
  db: Db,
  portal: string,
  botCodes: readonly string[],
  limit: number,
): Promise<readonly DeliveryRow[]> {
  const result = await query<DeliveryRow>(
    db,
    `select o.lane, o.seq::int as seq, o.bot_code, o.dialog_id, o.action->>'type' as kind, o.action->>'messageId' as message_id,
       o.trace, o.created_at as at, o.done_at, o.state, o.outcome, o.remote_id,
       case when l.seq is null then 0 else l.attempts end as attempts,
       case when l.attempts > 0 and l.locked_by is null and isfinite(l.ready_at) then l.ready_at end as next_at
     from bot b
     cross join lateral (
       select * from outbox o where ${ofPresentBrain} and o.created_at > now() - interval '7 days'
       order by o.created_at desc, o.seq desc limit ?
     ) o
     left join lane l
       on l.portal = o.portal and l.queue = 'outbox' and l.key = o.lane and l.done + 1 = o.seq and o.state = 'waiting'
     where b.portal = ? and b.code = any(?::text[])
     order by o.created_at desc, o.seq desc limit ?`,
    [limit, portal, botCodes, limit],
  );
  return result.rows;
}

/** The state of a delivery to the brain of these bots; null when there is no such delivery. */
export async function findDelivery(
  db: Db,
  id: LaneId & { readonly seq: number },
  botCodes: readonly string[],
): Promise<{ readonly state: string } | null> {
  const result = await query<{ state: string }>(
    db,
    `select o.state from outbox o join bot b on ${ofPresentBrain}
     where o.portal = ? and o.lane = ? and o.seq = ? and b.code = any(?::text[])`,
    [id.portal, id.lane, id.seq, botCodes],
  );
  return result.rows[0] ?? null;
}
