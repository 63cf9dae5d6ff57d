/** Reads from the outbox which messages in Bitrix24 one message of a brain became: its parts and how each of them ended. */
import type { SentPart } from '../../core/bridged.ts';
import { type Db, query } from '../database.ts';
import type { LaneId } from './lanes.ts';

interface PartRow {
  readonly remote_id: string;
  readonly type: string;
  readonly internal: boolean;
}

/**
 * All messages in Bitrix24 that belong to the same message of the brain as `portalMessageId`, in order, without those that are to be
 * deleted. Empty when the outbox no longer has the rows.
 */
export async function readSentParts(db: Db, lane: LaneId, portalMessageId: string): Promise<readonly SentPart[]> {
  const found = await query<PartRow>(
    db,
    `with own as (select * from outbox where portal = ? and lane = ?),
       known as (select trace, action->>'answers' as answers from own where remote_id = ? limit 1),
       gone as (select action->>'messageId' as id from own where action->>'type' = 'delete' and state in ('waiting', 'done'))
     select o.remote_id, o.action->>'type' as type, coalesce(o.action->>'internal', 'false')::boolean as internal
     from own o
     where o.remote_id is not null and o.state = 'done'
       and (o.remote_id = ? or o.action->>'partOf' = ?
         or exists (select 1 from known k where k.trace = o.trace and k.answers = o.action->>'answers'))
       and not exists (select 1 from gone g where g.id = o.remote_id)
     order by o.seq`,
    [lane.portal, lane.lane, portalMessageId, portalMessageId, portalMessageId],
  );
  return found.rows.map(({ remote_id: messageId, type, internal }) => ({
    messageId,
    kind: type === 'send_file' ? 'file' : 'text',
    internal,
  }));
}

/** Limits the rows read in a busy group; nobody edits a message that lies further back. */
const maxTold = 2_000;

/** Whether one of the lane's last actions delivered the message `messageId` to the brain. False when the outbox no longer has the row. */
export async function isTold(db: Db, lane: LaneId, messageId: string): Promise<boolean> {
  const found = await query<unknown>(
    db,
    `select 1 from (select action from outbox where portal = ? and lane = ? order by seq desc limit ?) as last
     where action->>'messageId' = ? and action->>'type' in ('message', 'mirrored', 'overheard') limit 1`,
    [lane.portal, lane.lane, maxTold, messageId],
  );
  return found.rows.length > 0;
}

/** How a part ended: its id in Bitrix24, or the reason why it has none. */
export interface EndedPart {
  readonly remoteId: string | null;
  readonly error: string | null;
}

/** The parts of a brain's message (`answers`) decided on in one step (`trace`) that stand before `seq` and have ended. */
export async function readEndedParts(
  db: Db,
  before: LaneId & { readonly seq: number; readonly trace: string },
  answers: string,
): Promise<readonly EndedPart[]> {
  const found = await query<{ state: string; outcome: string; remote_id: string | null }>(
    db,
    `select state, outcome, remote_id from outbox
     where portal = ? and lane = ? and seq < ? and trace = ? and action->>'answers' = ?
       and state <> 'waiting' and outcome <> 'replayed'
     order by seq`,
    [before.portal, before.lane, before.seq, before.trace, answers],
  );
  return found.rows.map(({ state, outcome, remote_id: remoteId }) => ({
    remoteId,
    error: state === 'done' ? null : outcome,
  }));
}
