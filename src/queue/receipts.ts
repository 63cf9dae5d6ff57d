/** The events that the result of an action adds to the conversation's own inbox lane. */
import type { BrainAction, PortalAction } from '../core/actions.ts';
import type { ChatEvent } from '../core/events.ts';
import type { Db } from '../store/database.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import { dedupeKey, inboxLane } from '../store/queue/lane-names.ts';
import type { ActionResult, OutboxRow } from '../store/queue/outbox.ts';
import { type EndedPart, partError, readEndedParts } from '../store/queue/sent-parts.ts';
import type { ExecutionResult } from './execute-action.ts';
import { ownSource, writeOwnEvents } from './read-event.ts';

/**
 * Replies returned by a delivery, the brain's id of the conversation, refused changes, and one receipt for all parts of a brain's message.
 */
export function receipts(
  row: OutboxRow,
  executed: ExecutionResult,
  error: string | null,
  earlier: readonly EndedPart[],
): NewEvent[] {
  if (row.bot_code === null || row.dialog_id === null) return [];
  const events: ChatEvent[] = [];
  const linked = executed.delivery?.remoteConversationId;
  if (linked !== undefined) events.push({ type: 'linked', remoteConversationId: linked });
  events.push(...(executed.delivery?.replies ?? []), ...(executed.events ?? []));
  const sent = sendIn(row);
  if (sent !== null && sent.remoteMessageId !== null && isLastPart(sent)) {
    const all = [...earlier, { remoteId: executed.remoteId, error }];
    // The last id stands for the message: reading up to it means reading all of it.
    const portalMessageId = all.findLast(({ remoteId }) => remoteId !== null)?.remoteId ?? null;
    const failed = all.find((part) => part.error !== null)?.error ?? null;
    events.push({ type: 'receipt', remoteMessageId: sent.remoteMessageId, portalMessageId, error: failed });
  }
  if (error !== null) events.push(...changeRefusedEvents(row, error));
  if (events.length === 0) return [];
  return [
    {
      portal: row.portal,
      lane: inboxLane(row.bot_code, row.dialog_id),
      dedupeKey: eventsKey(row, error),
      source: ownSource,
      connectionId: null,
      ingress: null,
      trace: row.trace,
      subject: executed.remoteId,
      body: writeOwnEvents(events),
    },
  ];
}

/**
 * Derived from the action's key, so a repeated delivery cannot add a second event. A dead letter is replayed with its key: the replies that
 * a brain then returns must not be taken for the refusal, which was stored before.
 */
function eventsKey({ target, key }: OutboxRow, error: string | null): string {
  return target === 'brain' && error !== null ? dedupeKey('outbox', key, 'refused') : dedupeKey('outbox', key);
}

/** Tells the side that changed a message that the other side still shows the old one. */
function changeRefusedEvents(row: OutboxRow, error: string): ChatEvent[] {
  if (row.target === 'app') return [];
  const action = row.action as PortalAction | BrainAction;
  if (action.type !== 'edit' && action.type !== 'delete') return [];
  const { type: what, messageId } = action;
  const text = action.type === 'edit' ? action.text : null;
  return [{ type: 'change_refused', side: row.target, what, messageId, text, error }];
}

/**
 * For the last part of a brain's message, how the parts before it ended; read before it is tried.
 *
 * @param rows the rows claimed with it; `results` are those of the first of them, not written yet
 */
export async function earlierParts(
  db: Db,
  row: OutboxRow,
  rows: readonly OutboxRow[],
  results: readonly ActionResult[],
): Promise<readonly EndedPart[]> {
  const sent = sendIn(row);
  if (sent === null || sent.remoteMessageId === null || sent.part === undefined || !isLastPart(sent)) return [];
  const { remoteMessageId } = sent;
  const here = rows.flatMap((other) => {
    const result = results.find(({ seq }) => seq === other.seq);
    if (result === undefined || other.trace !== row.trace || sendIn(other)?.remoteMessageId !== remoteMessageId)
      return [];
    return [{ remoteId: result.remoteId, error: partError(result.state, result.outcome) }];
  });
  const before = here.length < sent.part.index ? await readEndedParts(db, row, remoteMessageId) : [];
  return [...before, ...here];
}

type Send = PortalAction & { readonly type: 'send' | 'send_file' };

/** The brain's id of the message that a row sends (a part of), if the brain wants a receipt. */
export function remoteMessageIdOf(row: OutboxRow): string | null {
  return sendIn(row)?.remoteMessageId ?? null;
}

/**
 * Whether a customer may see it as a message of the bot: not in private chats, not for staff only, and not an additional part of an edited
 * message.
 */
export function isAnswer(row: OutboxRow): boolean {
  const sent = row.dialog_id?.startsWith('chat') === true ? sendIn(row) : null;
  return sent !== null && (sent.type === 'send_file' || (!sent.internal && sent.partOf === undefined));
}

function sendIn(row: OutboxRow): Send | null {
  const action = row.target === 'portal' ? (row.action as PortalAction) : null;
  return action?.type === 'send' || action?.type === 'send_file' ? action : null;
}

function isLastPart({ part }: Send): boolean {
  return part === undefined || part.index === part.count - 1;
}
