/**
 * Changes of messages that the brain names by its own id. Such a message may still be on its way when the change is decided; lanes are in
 * order, so the change finds the message's id in Bitrix24 when its turn comes.
 */
import type { PortalAction, SentReference } from '../core/actions.ts';
import type { SentPart } from '../core/bridge-result.ts';
import type { Db } from '../store/database.ts';
import type { ActionResult, NewAction, OutboxRow } from '../store/queue/outbox.ts';
import { findSentPart } from '../store/queue/sent-parts.ts';

/** The outcome of a change whose message was not shown, or is deleted. */
const notShown = 'message_not_shown';

/** The outcome of an edit that was not made because a later one waits behind it. */
const superseded = 'superseded';

/**
 * Returns the parts of the brain's message with this id that remain among actions not stored yet; null when none of these actions sends it,
 * so that the stored ones count.
 */
export function partsDecided(actions: readonly NewAction[], remoteMessageId: string): readonly SentPart[] | null {
  const isPart = ({ action }: NewAction): boolean =>
    sendOf(action as PortalAction)?.remoteMessageId === remoteMessageId;
  const last = actions.findLast(isPart);
  if (last === undefined) return null;
  return actions.flatMap((entry, at) => {
    const send = sendOf(entry.action as PortalAction);
    if (send === null || !isPart(entry) || entry.trace !== last.trace) return [];
    const sent = { remoteMessageId, index: send.part?.index ?? 0 };
    const isGone = actions
      .slice(at)
      .some(({ action }) => action.type === 'delete' && isSame(referenceIn(action), sent));
    return isGone ? [] : [{ messageId: '', sent, ...contentOf(send), internal: send.internal === true }];
  });
}

/** The row as it can be executed, or why nothing is to be done. */
export type Resolved = { readonly row: OutboxRow } | { readonly dropped: string };

/**
 * Throws when the database cannot be read.
 *
 * @param rows the rows claimed with it
 * @param results the results of the first of these rows, not written yet
 */
export async function resolveReference(
  db: Db,
  row: OutboxRow,
  rows: readonly OutboxRow[],
  results: readonly ActionResult[],
): Promise<Resolved> {
  const sent = referenceIn(row.action);
  if (sent === null) return { row };
  if (isSuperseded(row, rows)) return { dropped: superseded };
  const messageId = sentHere(sent, row, rows, results) ?? (await findSentPart(db, row, sent));
  if (messageId === null) return { dropped: notShown };
  return { row: { ...row, action: { ...(row.action as PortalAction & { type: 'edit' | 'delete' }), messageId } } };
}

/**
 * A server that writes its answer piece by piece edits faster than the portal allows requests: an edit is left out if the next
 * row claimed with it is an edit of the same message that sets everything it sets.
 */
function isSuperseded({ action, seq }: OutboxRow, rows: readonly OutboxRow[]): boolean {
  const next = rows.find((other) => other.seq > seq)?.action;
  if (action.type !== 'edit' || next?.type !== 'edit' || !('buttons' in action) || !('buttons' in next)) return false;
  const setsButtons = action.buttons === null || next.buttons !== null;
  const setsMenu = action.menu === undefined || next.menu !== undefined;
  return isSame(referenceIn(action), referenceIn(next)) && setsButtons && setsMenu;
}

/** The id of a message sent a moment ago by this worker. */
function sentHere(
  { remoteMessageId, index }: SentReference,
  { seq }: OutboxRow,
  rows: readonly OutboxRow[],
  results: readonly ActionResult[],
): string | null {
  const found = rows.findLast((other) => {
    const send = sendOf(other.action as PortalAction);
    return other.seq < seq && send?.remoteMessageId === remoteMessageId && (send.part?.index ?? 0) === index;
  });
  return results.find((result) => result.seq === found?.seq && result.state === 'done')?.remoteId ?? null;
}

function contentOf(send: PortalAction & { type: 'send' | 'send_file' }): Pick<SentPart, 'kind' | 'file'> {
  return send.type === 'send_file' ? { kind: 'file', file: send.file } : { kind: 'text' };
}

function sendOf(action: PortalAction): (PortalAction & { type: 'send' | 'send_file' }) | null {
  return action.type === 'send' || action.type === 'send_file' ? action : null;
}

function referenceIn(action: OutboxRow['action']): SentReference | null {
  return 'sent' in action ? (action.sent ?? null) : null;
}

function isSame(one: SentReference | null, other: SentReference | null): boolean {
  return one !== null && one.remoteMessageId === other?.remoteMessageId && one.index === other.index;
}
