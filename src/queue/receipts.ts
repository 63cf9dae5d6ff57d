/** The events that the result of an action adds to the conversation's own inbox lane. */
import type { BrainAction, PortalAction } from '../core/actions.ts';
import { fateUnknown } from '../core/bridge-result.ts';
import type { ChatEvent } from '../core/events.ts';
import type { Db } from '../store/database.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import { dedupeKey } from '../store/queue/lane-names.ts';
import type { ActionResult, OutboxRow } from '../store/queue/outbox.ts';
import { type EndedPart, type OtherPart, partError, readOtherParts } from '../store/queue/sent-parts.ts';
import type { ExecutionResult } from './execute-action.ts';
import { ownEvent } from './read-event.ts';

/**
 * Replies returned by a delivery, the brain's id of the conversation, refused changes, and one receipt for all parts of a brain's message.
 * No receipt is made where the brain wants none: it would change nothing and cost the lane another turn.
 *
 * @param others how the other parts of the message ended; null: nobody wants a receipt, or the message has not ended with this part
 */
export function receipts(
  row: OutboxRow,
  executed: ExecutionResult,
  error: string | null,
  others: readonly EndedPart[] | null,
): NewEvent[] {
  if (row.bot_code === null || row.dialog_id === null) return [];
  const events: ChatEvent[] = [];
  const linked = executed.delivery?.remoteConversationId;
  if (linked !== undefined) events.push({ type: 'linked', remoteConversationId: linked });
  events.push(...(executed.delivery?.replies ?? []), ...(executed.events ?? []));
  const sent = sendIn(row);
  if (others !== null && sent !== null && sent.remoteMessageId !== null) {
    const all = [...others, { remoteId: executed.remoteId, error }];
    // The last id stands for the message: reading up to it means reading all of it.
    const portalMessageId = all.findLast(({ remoteId }) => remoteId !== null)?.remoteId ?? null;
    const failed = all.find((part) => part.error !== null)?.error ?? null;
    events.push({ type: 'receipt', remoteMessageId: sent.remoteMessageId, portalMessageId, error: failed });
  }
  if (error !== null) events.push(...changeRefusedEvents(row, error), ...offerRefusedEvents(row, error));
  if (events.length === 0) return [];
  const to = { portal: row.portal, botCode: row.bot_code, dialogId: row.dialog_id };
  const { trace } = row;
  return [ownEvent(to, events, { dedupeKey: eventsKey(row, error), trace, subject: executed.remoteId })];
}

/**
 * Derived from the action's key, so a repeated attempt cannot add a second event. A dead letter is replayed with its key, so the key
 * of its failure differs: events of a later success (a brain's replies, a receipt) must not be taken for those stored of the failure.
 */
function eventsKey({ key }: OutboxRow, error: string | null): string {
  return error === null ? dedupeKey('outbox', key) : dedupeKey('outbox', key, 'failed');
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

/** A customer who never saw the choices and writes a number means just that number. If they may have seen them, they may choose. */
function offerRefusedEvents({ target, action }: OutboxRow, error: string): ChatEvent[] {
  const offer = target === 'portal' && 'offer' in action ? action.offer : undefined;
  return offer === undefined || error.startsWith(fateUnknown) ? [] : [{ type: 'offer_refused', offer }];
}

/**
 * How the other parts of a brain's message ended, where this part is the one that ends it: the last one, or one that was replayed when all
 * others had ended. Null while another part is still to be sent: its receipt will cover all of them. Read before the part is tried.
 *
 * @param rows the rows claimed with it
 * @param results the results of the first of these rows, not written yet
 */
export async function endedParts(
  db: Db,
  row: OutboxRow,
  rows: readonly OutboxRow[],
  results: readonly ActionResult[],
): Promise<readonly EndedPart[] | null> {
  const { remoteMessageId = null, part } = sendIn(row) ?? {};
  if (remoteMessageId === null || part === undefined) return [];
  const here = rows.flatMap((other): OtherPart[] => {
    const sent = other.trace === row.trace && other.seq !== row.seq ? sendIn(other) : null;
    if (sent?.remoteMessageId !== remoteMessageId) return [];
    const result = results.find(({ seq }) => seq === other.seq);
    const ended = result === undefined ? null : toEnded(result);
    return [{ index: sent.part?.index ?? 0, ended }];
  });
  if (here.some(({ ended }) => ended === null)) return null;
  // What the claim holds is newer than what is stored.
  const known = new Set(here.map(({ index }) => index));
  const isComplete = known.size === part.count - 1;
  const stored = isComplete ? [] : await readOtherParts(db, row, { remoteMessageId, index: part.index });
  const ends = [...stored.filter(({ index }) => !known.has(index)), ...here].map(({ ended }) => ended);
  return ends.every((end) => end !== null) ? ends : null;
}

const toEnded = ({ remoteId, state, outcome }: ActionResult): EndedPart => ({
  remoteId,
  error: partError(state, outcome),
});

type Send = PortalAction & { readonly type: 'send' | 'send_file' };

/** The brain's id of the message that a row sends (a part of), if the brain wants a receipt. */
export function remoteMessageIdOf(row: OutboxRow): string | null {
  return sendIn(row)?.remoteMessageId ?? null;
}

/**
 * Whether a customer may see the row as a message of the bot: not in private chats, not for staff only, and not an additional part of an edited
 * message.
 */
export function isAnswer(row: OutboxRow): boolean {
  const sent = row.dialog_id?.startsWith('chat') === true ? sendIn(row) : null;
  return sent !== null && sent.internal !== true && (sent.type === 'send_file' || sent.partOf === undefined);
}

function sendIn(row: OutboxRow): Send | null {
  const action = row.target === 'portal' ? (row.action as PortalAction) : null;
  return action?.type === 'send' || action?.type === 'send_file' ? action : null;
}
