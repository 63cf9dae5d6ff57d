/** Whether somebody still waits for the brain's answer. */
import { type Db, query } from '../database.ts';
import type { ConversationId } from '../tenants/conversations.ts';
import { outboxLane } from './lane-names.ts';

/** Answers to the last message are among the last actions of its dialog. */
const maxRowsRead = 50;

/**
 * False when the brain has answered the person since then, when people lead, or when the session is to end. A greeting decided on together
 * with the message is no answer: it has the same time, of which `since` lacks the microseconds.
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
