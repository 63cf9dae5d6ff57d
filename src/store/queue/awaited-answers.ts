/** Whether somebody still waits for the brain's answer. */
import { type Db, query } from '../database.ts';
import type { ConversationId } from '../tenants/conversations.ts';
import { outboxLane } from './lane-names.ts';

/** Answers to the last message are among the last actions of its dialog. */
const maxRowsRead = 50;

/**
 * What was decided on together with the message, a greeting, is no answer: it has the same time, of which the given one lacks the microseconds.
 * False when the brain has answered since then, to the person who wrote, and when people lead or the session is to end.
 */
export async function isAnswerAwaited(
  db: Db,
  { portal, botCode, dialogId }: ConversationId,
  since: Date,
): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `select 1 from conversation c where c.portal = ? and c.bot_code = ? and c.dialog_id = ? and c.owner = 'brain'
       and not exists (
         select 1 from (
           select created_at, action from outbox where portal = ? and lane = ? order by seq desc limit ?
         ) as last
         where created_at >= ?::timestamptz + interval '1 millisecond' and action->>'type' in ('send', 'send_file', 'handover', 'finish')
           and action->>'internal' is distinct from 'true')`,
    [portal, botCode, dialogId, portal, outboxLane(botCode, dialogId, 'portal'), maxRowsRead, since],
  );
  return result.rows.length > 0;
}
