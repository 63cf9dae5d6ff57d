/** The latest message that reached a bot of a portal, and what became of it: for somebody who has just written to try the bot. */
import { type Db, query } from '../database.ts';

export interface LastMessage {
  readonly trace: string;
  readonly bot_code: string;
  readonly dialog_id: string;
  readonly at: Date;
  readonly state: string;
  readonly outcome: string | null;
  /** State of the delivery to the brain; null without one. */
  readonly passed_state: string | null;
  readonly passed_outcome: string | null;
  readonly passed_at: Date | null;
  /** When the brain's answer came; null: none has come. */
  readonly answered_at: Date | null;
  /** State of the first message to the portal that followed; null without one. */
  readonly shown_state: string | null;
  readonly shown_outcome: string | null;
  readonly shown_at: Date | null;
}

/** Older messages were not written to try the bot; the limit also bounds what is read. */
const longest = `interval '1 hour'`;

/** A message that is not answered on purpose (a remark in a group) counts only if there is no other. Null: none has come since `since`. */
export async function findLastMessage(db: Db, portal: string, since: Date): Promise<LastMessage | null> {
  const result = await query<LastMessage>(
    db,
    `with written as materialized (
       select lane, trace, received_at, state, outcome from inbox_history
       where portal = ? and source = 'bitrix24' and subject is not null and lane !~ '^[/~]'
         and received_at > greatest(?::timestamptz, now() - ${longest})
       order by (coalesce(outcome, '') like 'ignored%'), received_at desc limit 1
     )
     select w.trace, split_part(w.lane, '/', 1) as bot_code, substr(w.lane, strpos(w.lane, '/') + 1) as dialog_id,
       w.received_at as at, w.state, w.outcome,
       p.state as passed_state, p.outcome as passed_outcome, p.done_at as passed_at,
       a.received_at as answered_at, s.state as shown_state, s.outcome as shown_outcome, s.done_at as shown_at
     from written w
     left join lateral (
       select state, outcome, done_at from outbox
       where portal = ? and lane = w.lane || '>brain' and trace = w.trace and action->>'type' = 'message'
       order by seq desc limit 1
     ) p on true
     left join lateral (
       select received_at from inbox_history
       where portal = ? and lane = w.lane and source <> 'bitrix24' and outcome like '%answered%'
         and received_at >= w.received_at
       order by seq limit 1
     ) a on true
     left join lateral (
       select state, outcome, done_at from outbox
       where portal = ? and lane = w.lane || '>portal' and action->>'type' in ('send', 'send_file')
         and created_at >= coalesce(a.received_at, w.received_at)
       order by seq limit 1
     ) s on true`,
    [portal, since, portal, portal, portal],
  );
  return result.rows[0] ?? null;
}
