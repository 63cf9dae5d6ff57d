/** What a conversation has to hear of an action that has ended, as an event of its own inbox lane. */
import type { BrainAction, PortalAction } from '../core/actions.ts';
import type { ChatEvent } from '../core/events.ts';
import type { Db } from '../store/database.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import { dedupeKey, inboxLane } from '../store/queue/lane-names.ts';
import type { ActionResult, OutboxRow } from '../store/queue/outbox.ts';
import { type EndedPart, readEndedParts } from '../store/queue/sent-parts.ts';
import type { Executed } from './execute-action.ts';
import { ownSource, writeOwnEvents } from './read-event.ts';

/** Answers given in the call, the brain's name for the conversation, and what became of a brain's message or of a change: one receipt for all its parts. */
export function receipts(
  row: OutboxRow,
  executed: Executed,
  error: string | null,
  earlier: readonly EndedPart[],
): NewEvent[] {
  if (row.bot_code === null || row.dialog_id === null) return [];
  const events: ChatEvent[] = [];
  const linked = executed.delivery?.remoteConversationId;
  if (linked !== undefined) events.push({ type: 'linked', remoteConversationId: linked });
  events.push(...(executed.delivery?.replies ?? []), ...(executed.events ?? []));
  const sent = sendIn(row);
  if (sent !== null && sent.answers !== null && isLastPart(sent)) {
    const all = [...earlier, { remoteId: executed.remoteId, error }];
    // The last id stands for the message: who has read up to it has read all of it.
    const portalMessageId = all.findLast(({ remoteId }) => remoteId !== null)?.remoteId ?? null;
    const failed = all.find((part) => part.error !== null)?.error ?? null;
    events.push({ type: 'receipt', remoteMessageId: sent.answers, portalMessageId, error: failed });
  }
  if (error !== null) events.push(...refusedChange(row, error));
  if (events.length === 0) return [];
  return [
    {
      portal: row.portal,
      lane: inboxLane(row.bot_code, row.dialog_id),
      // Fixed by the action: a repeated delivery cannot make a second answer.
      dedupeKey: dedupeKey('outbox', row.key),
      source: ownSource,
      connectionId: null,
      ingress: null,
      trace: row.trace,
      subject: executed.remoteId,
      body: writeOwnEvents(events),
    },
  ];
}

/** Whoever changed a message hears that the other side still has it as it was. */
function refusedChange(row: OutboxRow, error: string): ChatEvent[] {
  if (row.target === 'app') return [];
  const action = row.action as PortalAction | BrainAction;
  if (action.type !== 'edit' && action.type !== 'delete') return [];
  const { type: what, messageId } = action;
  const text = action.type === 'edit' ? action.text : null;
  return [{ type: 'change_refused', side: row.target, what, messageId, text, error }];
}

/**
 * For the last part of a brain's message, how those before it ended; asked before it is tried.
 *
 * @param rows those of the lane's turn; `results` are what came of the first of them and is not written yet
 */
export async function earlierParts(
  db: Db,
  row: OutboxRow,
  rows: readonly OutboxRow[],
  results: readonly ActionResult[],
): Promise<readonly EndedPart[]> {
  const sent = sendIn(row);
  if (sent === null || sent.answers === null || sent.part === undefined || !isLastPart(sent)) return [];
  const { answers } = sent;
  const here = rows.flatMap((other) => {
    const result = results.find(({ seq }) => seq === other.seq);
    if (result === undefined || other.trace !== row.trace || sendIn(other)?.answers !== answers) return [];
    return [{ remoteId: result.remoteId, error: result.state === 'done' ? null : result.outcome }];
  });
  const before = here.length < sent.part.index ? await readEndedParts(db, row, answers) : [];
  return [...before, ...here];
}

type Send = PortalAction & { readonly type: 'send' | 'send_file' };

/** The brain's message that a row sends a part of, where the brain wants to hear of it. */
export function answeredBy(row: OutboxRow): string | null {
  return sendIn(row)?.answers ?? null;
}

/** What a customer may read as a word of the bot: nothing private or for staff alone, and no further part of what was edited. */
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
