/** Reads from the outbox which messages in Bitrix24 one message of a brain became: its parts and how each of them ended. */
import type { BrainAction, SentReference } from '../../core/actions.ts';
import type { SentPart } from '../../core/bridge-result.ts';
import type { FileRef } from '../../core/events.ts';
import type { JoinedMessage } from '../../core/joined-message.ts';
import { type Db, query } from '../database.ts';
import { storableText } from '../storable.ts';
import type { LaneId } from './lanes.ts';

interface PartRow {
  readonly remote_id: string;
  readonly message: string | null;
  readonly file: FileRef | null;
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
       known as (select trace, action->>'remoteMessageId' as message from own where remote_id = ? limit 1),
       gone as (select action->>'messageId' as id from own where action->>'type' = 'delete' and state in ('waiting', 'done'))
     select o.remote_id, o.action->>'remoteMessageId' as message, o.action->'file' as file,
       coalesce(o.action->>'internal', 'false')::boolean as internal
     from own o
     where o.remote_id is not null and o.state = 'done'
       and (o.remote_id = ? or o.action->>'partOf' = ?
         or exists (select 1 from known k where k.trace = o.trace and k.message = o.action->>'remoteMessageId'))
       and not exists (select 1 from gone g where g.id = o.remote_id)
     order by o.seq`,
    [lane.portal, lane.lane, portalMessageId, portalMessageId, portalMessageId],
  );
  return found.rows.map(({ remote_id: messageId, message, file, internal }) => ({
    messageId,
    ...(message === null ? {} : { remoteMessageId: message }),
    ...contentOf(file),
    internal,
  }));
}

/** @param file null unless the action sends a file */
function contentOf(file: FileRef | null): Pick<SentPart, 'kind' | 'file'> {
  return file === null ? { kind: 'text' } : { kind: 'file', file };
}

interface NamedPartRow {
  readonly index: number;
  readonly file: FileRef | null;
  readonly internal: boolean;
}

/** Rows that hold a part of the message with this id of the brain. A later message with the same id takes its place. */
const ownParts = `select seq, trace, remote_id, state, outcome, action, coalesce((action->'part'->>'index')::int, 0) as index from outbox
  where portal = ? and lane = ? and action->>'remoteMessageId' = ? and action->>'type' in ('send', 'send_file')
    and coalesce(outcome, '') <> 'replayed'`;

/**
 * The parts of the brain's message with this id, in order, as references that are resolved later. Includes parts that are still to be sent,
 * but not those that will never be sent or are to be deleted.
 */
export async function readNamedParts(db: Db, lane: LaneId, remoteMessageId: string): Promise<readonly SentPart[]> {
  const id = storableText(remoteMessageId);
  const found = await query<NamedPartRow>(
    db,
    `with own as (${ownParts}),
       gone as (select (action->'sent'->>'index')::int as index, seq from outbox
         where portal = ? and lane = ? and action->'sent'->>'remoteMessageId' = ? and action->>'type' = 'delete'
           and state in ('waiting', 'done'))
     select o.index, o.action->'file' as file, coalesce(o.action->>'internal', 'false')::boolean as internal
     from own o
     where o.trace = (select trace from own order by seq desc limit 1) and o.state <> 'dropped'
       and not exists (select 1 from gone g where g.index = o.index and g.seq > o.seq)
     order by o.seq`,
    [lane.portal, lane.lane, id, lane.portal, lane.lane, id],
  );
  return found.rows.map(({ index, file, internal }) => ({
    messageId: '',
    sent: { remoteMessageId, index },
    ...contentOf(file),
    internal,
  }));
}

/** The id in Bitrix24 of a part of the brain's message that was sent before `seq`; null when it was not shown. */
export async function findSentPart(
  db: Db,
  before: LaneId & { readonly seq: number },
  { remoteMessageId, index }: SentReference,
): Promise<string | null> {
  const found = await query<{ remote_id: string }>(
    db,
    `select remote_id from (${ownParts}) own
     where index = ? and seq < ? and state = 'done' and remote_id is not null order by seq desc limit 1`,
    [before.portal, before.lane, storableText(remoteMessageId), index, before.seq],
  );
  return found.rows[0]?.remote_id ?? null;
}

/** Limits the rows read in a busy group; nobody edits a message that lies further back. */
const maxRowsRead = 2_000;

/** How the brain knows a message of Bitrix24: under its own id, or joined with others. */
export interface ToldMessage {
  readonly joined: JoinedMessage | null;
}

/** Null if none of the lane's last actions delivered the message to the brain, or the outbox no longer has the row. */
export async function readToldMessage(db: Db, lane: LaneId, messageId: string): Promise<ToldMessage | null> {
  const found = await query<{ action: BrainAction }>(
    db,
    `select action from (select seq, action from outbox where portal = ? and lane = ? order by seq desc limit ?) as last
     where action->>'type' in ('message', 'mirrored', 'overheard', 'edit')
       and (action->>'messageId' = ? and (action->>'type' <> 'edit' or action->'messageIds' is not null)
         or exists (select 1 from json_array_elements_text(action->'messageIds') as part where part = ?))
     order by seq desc limit 1`,
    [lane.portal, lane.lane, maxRowsRead, messageId, messageId],
  );
  const action = found.rows[0]?.action;
  return action === undefined ? null : toldIn(action);
}

/** How the brain knows the message that an action delivers, or the joined one that it changes. */
export function toldIn(action: BrainAction): ToldMessage {
  if ((action.type !== 'message' && action.type !== 'edit') || action.messageIds === undefined) return { joined: null };
  const { messageId, messageIds, texts = [] } = action;
  return { joined: { messageId, messageIds, texts } };
}

/** How a part ended: its id in Bitrix24, or the reason why it has none. */
export interface EndedPart {
  readonly remoteId: string | null;
  readonly error: string | null;
}

/** Why a part is not shown, or shown incompletely (only the name of a file). Null when it is shown as it is. */
export function partError(state: string, outcome: string): string | null {
  if (state !== 'done') return outcome;
  return outcome.split('+').includes('without_file') ? 'bitrix24.no_files' : null;
}

/** A part of a brain's message as its row says now; `ended` is null while it is still to be sent. */
export interface OtherPart {
  readonly index: number;
  readonly ended: EndedPart | null;
}

/**
 * The other parts of a brain's message (`remoteMessageId`) that were decided on in one step (`trace`), in the order of sending. Of a part
 * that was replayed, the newest row counts.
 */
export async function readOtherParts(
  db: Db,
  of: LaneId & { readonly seq: number; readonly trace: string },
  { remoteMessageId, index }: SentReference,
): Promise<readonly OtherPart[]> {
  const found = await query<{ index: number; state: string; outcome: string; remote_id: string | null }>(
    db,
    `select * from (
       select distinct on (index) index, seq, state, outcome, remote_id
       from (${ownParts} and trace = ?) own where index <> ? order by index, seq desc
     ) newest order by seq`,
    [of.portal, of.lane, storableText(remoteMessageId), of.trace, index],
  );
  return found.rows.map(({ index: place, state, outcome, remote_id: remoteId }) => ({
    index: place,
    ended: state === 'waiting' ? null : { remoteId, error: partError(state, outcome) },
  }));
}
