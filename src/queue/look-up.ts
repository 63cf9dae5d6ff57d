/** Looks up what the rules have to know of the past before they judge an event. */
import type { Known } from '../core/bridged.ts';
import type { ChatEvent } from '../core/events.ts';
import type { Db } from '../store/database.ts';
import { dialogOf, outboxLane } from '../store/queue/lane-names.ts';
import type { LaneId } from '../store/queue/lanes.ts';
import type { NewAction } from '../store/queue/outbox.ts';
import { isTold, readSentParts } from '../store/queue/sent-parts.ts';
import { readSendsSoFar, readToldFailure, type ToldFailure } from '../store/queue/told-failures.ts';

export interface LookUpOptions {
  /** The brain hears what becomes of its messages. */
  readonly hasReceipts: boolean;
  /** The brain hears what is said while a person leads. */
  readonly hasMirror: boolean;
  /** Told in the same turn of the lane and not written yet. */
  readonly failures: readonly ToldFailure[];
  /** Decided in the same turn of the lane and not written yet. */
  readonly actions: readonly NewAction[];
}

/**
 * What changes a message of ours has to know what it consists of; what is about a brain's message, what became of that; a change of
 * somebody's message, whether the brain was told of that one; and in groups a message too, because it may come behind its own edit.
 *
 * @param inbox the lane of the event
 */
export async function lookUp(db: Db, inbox: LaneId, event: ChatEvent, options: LookUpOptions): Promise<Known> {
  const { portal } = inbox;
  const { botCode, dialogId } = dialogOf(inbox.lane);
  const home = { portal, lane: outboxLane(botCode, dialogId, 'portal') };
  const toldOf = async (remoteId: string) =>
    options.failures.find((failure) => failure.remoteId === remoteId) ?? (await readToldFailure(db, home, remoteId));
  switch (event.type) {
    case 'reply_edited':
    case 'reply_deleted':
      return { parts: await readSentParts(db, home, event.portalMessageId) };
    case 'reply':
    case 'receipt': {
      if (!options.hasReceipts || event.remoteMessageId === null) return {};
      const told = await toldOf(event.remoteMessageId);
      return told === null ? {} : { fate: { told, waiting: 0, shownAs: null, error: null } };
    }
    case 'reply_failed': {
      const told = await toldOf(event.remoteMessageId);
      return { fate: { told, ...(await readSendsSoFar(db, home, event.remoteMessageId)) } };
    }
    case 'message':
    case 'message_edited':
    case 'message_deleted':
      if (!dependsOnTold(event, options)) return {};
      return { isTold: await wasTold(db, { portal, lane: outboxLane(botCode, dialogId, 'brain') }, event, options) };
    default:
      return {};
  }
}

function dependsOnTold(
  event: ChatEvent & { type: 'message' | 'message_edited' | 'message_deleted' },
  { hasMirror }: LookUpOptions,
): boolean {
  if (event.chat.kind !== 'group') return hasMirror && event.type !== 'message';
  return event.type !== 'message' || event.mentionsBot;
}

/** What tells a brain of a message. */
const tellingTypes: ReadonlySet<string> = new Set(['message', 'mirrored', 'overheard']);

async function wasTold(
  db: Db,
  brain: LaneId,
  { messageId }: { readonly messageId: string },
  { actions }: LookUpOptions,
): Promise<boolean> {
  const isJustTold = actions.some(
    ({ action }) => 'messageId' in action && tellingTypes.has(action.type) && action.messageId === messageId,
  );
  return isJustTold || (await isTold(db, brain, messageId));
}
