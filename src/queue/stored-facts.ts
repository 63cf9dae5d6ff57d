/** Reads the stored facts that the rules need about earlier messages before they judge an event. */
import type { SentPart, StoredFacts } from '../core/bridge-result.ts';
import type { ChatEvent } from '../core/events.ts';
import type { Db } from '../store/database.ts';
import { dialogOf, outboxLane } from '../store/queue/lane-names.ts';
import type { LaneId } from '../store/queue/lanes.ts';
import type { NewAction } from '../store/queue/outbox.ts';
import { type ReportedFailure, readReportedFailure, readSendsSoFar } from '../store/queue/reported-failures.ts';
import { isKnownToBrain, readNamedParts, readSentParts } from '../store/queue/sent-parts.ts';
import { partsDecided } from './sent-references.ts';

export interface StoredFactsOptions {
  /** The brain wants receipts for its messages. */
  readonly hasReceipts: boolean;
  /** The brain is sent messages while a person leads. */
  readonly hasMirror: boolean;
  /** Failures reported by earlier events of this batch; not written yet. */
  readonly failures: readonly ReportedFailure[];
  /** Actions decided by earlier events of this batch; not written yet. */
  readonly actions: readonly NewAction[];
}

/**
 * A change of our own message needs that message's parts; an event about a brain's message needs what happened to that message; a change of
 * somebody's message needs whether the brain was sent it; in groups a new message needs that too, because it may arrive after its own edit.
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
    case 'message_deleted':
      if (!dependsOnTold(event, options)) return {};
      return {
        isKnownToBrain: await wasTold(db, { portal, lane: outboxLane(botCode, dialogId, 'brain') }, event, options),
      };
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

function dependsOnTold(
  event: ChatEvent & { type: 'message' | 'message_edited' | 'message_deleted' },
  { hasMirror }: StoredFactsOptions,
): boolean {
  if (event.chat.kind !== 'group') return hasMirror && event.type !== 'message';
  return event.type !== 'message' || event.mentionsBot;
}

/** The actions that send a message to a brain. */
const tellingTypes: ReadonlySet<string> = new Set(['message', 'mirrored', 'overheard']);

async function wasTold(
  db: Db,
  brain: LaneId,
  { messageId }: { readonly messageId: string },
  { actions }: StoredFactsOptions,
): Promise<boolean> {
  const isJustTold = actions.some(
    ({ action }) => 'messageId' in action && tellingTypes.has(action.type) && action.messageId === messageId,
  );
  return isJustTold || (await isKnownToBrain(db, brain, messageId));
}
