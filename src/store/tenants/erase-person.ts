/** Deletes what is stored about a person. */
import { type Db, query } from '../database.ts';

/** A dialog, by its bot, its id and its inbox lane. */
export interface Dialog {
  readonly botCode: string;
  readonly dialogId: string;
  readonly lane: string;
}

/** The bots that have, or may have, a dialog with this id: private dialogs have the id of the person. */
export async function listDialogs(db: Db, portal: string, dialogId: string): Promise<readonly { bot_code: string }[]> {
  const result = await query<{ bot_code: string }>(
    db,
    `select bot_code from conversation where portal = ? and dialog_id = ?
     union select bot_code from follow_up where portal = ? and dialog_id = ?
     union select code from bot where portal = ?`,
    [portal, dialogId, portal, dialogId, portal],
  );
  return result.rows;
}

/**
 * Deletes a dialog with all that waits in it. In one transaction: a worker that has one of its lanes finds it lost and writes nothing.
 * Lanes are locked in the order in which workers lock them.
 */
export async function eraseDialog(db: Db, portal: string, { botCode, dialogId, lane }: Dialog): Promise<void> {
  const ownLanes = `portal = ? and (key = ? or starts_with(key, ?))`;
  const keys = [portal, lane, `${lane}>`];
  await query(db, `select 1 from lane where ${ownLanes} order by queue, key for update`, keys);
  await query(db, `delete from lane where ${ownLanes}`, keys);
  const rows = `portal = ? and (lane = ? or starts_with(lane, ?))`;
  for (const table of ['outbox', 'inbox', 'inbox_outcome', 'reported_failure']) {
    await query(db, `delete from ${table} where ${rows}`, keys);
  }
  // The connector state of a conversation has the conversation's `ref` in its key or value.
  await query(
    db,
    `delete from connector_state s using conversation c
     where c.portal = ? and c.bot_code = ? and c.dialog_id = ? and s.portal = c.portal
       and (strpos(s.key, c.ref) > 0 or strpos(s.value::text, c.ref) > 0)`,
    [portal, botCode, dialogId],
  );
  // The subjects of these entries are a lane, or a lane and a number.
  await query(
    db,
    `update audit_entries set subject = '', details = '{}'
     where portal = ? and (subject = ? or starts_with(subject, ?) or starts_with(subject, ?))`,
    [...keys, `${lane} `],
  );
  for (const table of ['conversation', 'follow_up']) {
    await query(db, `delete from ${table} where portal = ? and bot_code = ? and dialog_id = ?`, [
      portal,
      botCode,
      dialogId,
    ]);
  }
  // Lanes that were added while this waited for the locks.
  await query(db, `delete from lane where ${ownLanes}`, keys);
}

/**
 * Deletes finished events of a dialog shared with others, and what followed from them. Returns how many events and actions still wait: they
 * cannot be deleted before they are done, because the lane counts its rows.
 */
export async function eraseEvents(
  db: Db,
  portal: string,
  lane: string,
  events: readonly { readonly seq: number; readonly trace: string }[],
): Promise<number> {
  const seqs = events.map(({ seq }) => seq);
  await query(
    db,
    `delete from outbox where portal = ? and starts_with(lane, ?) and trace = any(?::text[]) and state <> 'waiting'`,
    [portal, `${lane}>`, events.map(({ trace }) => trace)],
  );
  const finished = await query<unknown>(
    db,
    `with finished as (
       delete from inbox_outcome where portal = ? and lane = ? and seq = any(?::bigint[]) returning seq
     )
     delete from inbox i using finished f where i.portal = ? and i.lane = ? and i.seq = f.seq`,
    [portal, lane, seqs, portal, lane],
  );
  const waiting = await query<{ waiting: number }>(
    db,
    `select (select count(*) from outbox where portal = ? and starts_with(lane, ?) and trace = any(?::text[]) and state = 'waiting')::int
       as waiting`,
    [portal, `${lane}>`, events.map(({ trace }) => trace)],
  );
  return events.length - finished.rowCount + (waiting.rows[0]?.waiting ?? 0);
}

/** Takes the person out of what concerns the whole portal: lists of people, the audit list, the log of REST calls, orders to erase them. */
export async function forgetPerson(db: Db, portal: string, userId: string): Promise<void> {
  await query(
    db,
    `update audit_entries set user_id = '', user_name = '',
       details = case when action = 'conversation.message_sent' then '{}' else details end
     where portal = ? and user_id = ?`,
    [portal, userId],
  );
  // The subject of these entries is the person: an export, a list of people, a follow-up.
  await query(
    db,
    `update audit_entries set subject = case when subject = ? then '' else subject end, details = replace(details::text, ?, '""')::jsonb
     where portal = ? and (subject = ? or strpos(details::text, ?) > 0)`,
    [userId, JSON.stringify(userId), portal, userId, JSON.stringify(userId)],
  );
  for (const column of ['readers', 'trouble_readers']) {
    await query(
      db,
      `update portal set ${column} = (${column}::jsonb - ?::text)::json
       where portal = ? and json_typeof(${column}) = 'array' and jsonb_exists(${column}::jsonb, ?)`,
      [userId, portal, userId],
    );
  }
  await query(db, `delete from rest_log where portal = ? and (request ~ ? or answer ~ ?)`, [
    portal,
    `\\m${userId}\\M`,
    `\\m${userId}\\M`,
  ]);
  await query(
    db,
    `update outbox set action = '{"type":"erase_person","userId":""}'
     where portal = ? and lane = '/erase-person' and action->>'userId' = ?`,
    [portal, userId],
  );
}
