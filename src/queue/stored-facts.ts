/** Reads the stored facts that the rules need about earlier messages before they judge an event. */
import type { SentPart, StoredFacts } from '../core/bridge-result.ts';
import type { ChatEvent } from '../core/events.ts';
import type { Db } from '../store/database.ts';
import { isTold } from '../store/queue/inbox.ts';
import { dialogOf, outboxLane } from '../store/queue/lane-names.ts';
import type { LaneId } from '../store/queue/lanes.ts';
import type { NewAction } from '../store/queue/outbox.ts';
import { type ReportedFailure, readReportedFailure, readSendsSoFar } from '../store/queue/reported-failures.ts';
import { readNamedParts, readSentParts, readToldMessage, type ToldMessage, toldIn } from '../store/queue/sent-parts.ts';
import type { ConversationId } from '../store/tenants/conversations.ts';
import { pendingFollowUps, type StoredFollowUpChange } from '../store/tenants/follow-ups.ts';
import { partsDecided } from './sent-references.ts';

export interface StoredFactsOptions {
  /** The brain wants receipts for its messages. */
  readonly hasReceipts: boolean;
  /** The brain takes changes of messages, or is sent messages while a person leads. */
  readonly takesChanges: boolean;
  /** Failures reported by earlier events of this batch; not written yet. */
  readonly failures: readonly ReportedFailure[];
  /** Actions decided by earlier events of this batch; not written yet. */
  readonly actions: readonly NewAction[];
  /** Follow-ups set and cancelled by earlier events of this batch; not written yet. */
  readonly followUps: readonly StoredFollowUpChange[];
}

/**
 * A change of our own message needs that message's parts. An event about a brain's message needs what happened to that message. A change of
 * somebody's message needs to know whether the brain was sent it; so does a new message in a group, which may arrive after its own edit.
 *
 * @param inbox the lane of the event
 */
export async function readStoredFacts(
  db: Db,
  inbox: LaneId,
  event: ChatEvent,
  options: StoredFactsOptions,
): Promise<StoredFacts> {
  const { portal } = inbox;
  const { botCode, dialogId } = dialogOf(inbox.lane);
  const outbox = { portal, lane: outboxLane(botCode, dialogId, 'portal') };
  const reportedFailureOf = async (remoteId: string) =>
    options.failures.find((failure) => failure.remoteId === remoteId) ??
    (await readReportedFailure(db, outbox, remoteId));
  switch (event.type) {
    case 'reply_edited':
    case 'reply_deleted':
      return {
        parts:
          'portalMessageId' in event
            ? await readSentParts(db, outbox, event.portalMessageId)
            : await namedParts(db, outbox, event.remoteMessageId, options),
      };
    case 'operator_wrote':
      return { isHeard: await isTold(db, inbox, event.messageId) };
    case 'reaction_changed':
      return { parts: await readSentParts(db, outbox, event.messageId) };
    case 'reacted': {
      const parts = await readSentParts(db, outbox, event.portalMessageId);
      if (parts.length > 0) return { parts };
      const brain = { portal, lane: outboxLane(botCode, dialogId, 'brain') };
      const told = await readTold(db, brain, { messageId: event.portalMessageId }, options);
      return { isKnownToBrain: told !== null };
    }
    case 'reply':
    case 'receipt': {
      if (!options.hasReceipts || event.remoteMessageId === null) return {};
      const told = await reportedFailureOf(event.remoteMessageId);
      return told === null ? {} : { fate: { reported: told, waiting: 0, shownAs: null, error: null } };
    }
    case 'reply_failed': {
      const told = await reportedFailureOf(event.remoteMessageId);
      return { fate: { reported: told, ...(await readSendsSoFar(db, outbox, event.remoteMessageId)) } };
    }
    case 'message':
    case 'message_edited':
    case 'message_deleted': {
      if (!dependsOnTold(event, options)) return {};
      const told = await readTold(db, { portal, lane: outboxLane(botCode, dialogId, 'brain') }, event, options);
      return { isKnownToBrain: told !== null, joined: told?.joined ?? undefined };
    }
    case 'follow_up':
      return { pendingFollowUps: await pendingIds(db, { portal, botCode, dialogId }, options) };
    default:
      return {};
  }
}

/** The parts of a brain's message that was decided on earlier in this batch, or else those that are stored. */
async function namedParts(
  db: Db,
  outbox: LaneId,
  remoteMessageId: string,
  { actions }: StoredFactsOptions,
): Promise<readonly SentPart[]> {
  const here = partsDecided(actions, remoteMessageId);
  return here ?? (await readNamedParts(db, outbox, remoteMessageId));
}

async function pendingIds(db: Db, of: ConversationId, { followUps }: StoredFactsOptions): Promise<readonly string[]> {
  const ids = new Set(await pendingFollowUps(db, of));
  for (const { change } of followUps) {
    if (change.type === 'set') ids.add(change.id);
    else ids.delete(change.id);
  }
  return [...ids];
}

/** Whether the event needs to know if the brain was sent the message, and together with which others. */
function dependsOnTold(
  event: ChatEvent & { type: 'message' | 'message_edited' | 'message_deleted' },
  { takesChanges }: StoredFactsOptions,
): boolean {
  if (event.type !== 'message') return takesChanges || event.chat.kind === 'group';
  return event.chat.kind === 'group' && event.mentionsBot;
}

/** The actions that send a message to a brain. */
const tellingTypes: ReadonlySet<string> = new Set(['message', 'mirrored', 'overheard']);

async function readTold(
  db: Db,
  brain: LaneId,
  { messageId }: { readonly messageId: string },
  { actions }: StoredFactsOptions,
): Promise<ToldMessage | null> {
  const last = actions.findLast(
    ({ action }) =>
      ('messageIds' in action && action.messageIds?.includes(messageId)) ||
      ('messageId' in action && tellingTypes.has(action.type) && action.messageId === messageId),
  );
  if (last?.target === 'brain') return toldIn(last.action);
  return await readToldMessage(db, brain, messageId);
}
