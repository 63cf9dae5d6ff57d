/** Looks up what the rules have to know of the past before they judge an event. */
import type { Known } from '../core/bridged.ts';
import type { ChatEvent } from '../core/events.ts';
import type { Db } from '../store/database.ts';
import type { LaneId } from '../store/lanes.ts';
import { readSentParts } from '../store/sent-parts.ts';
import { readSendsSoFar, readToldFailure, type ToldFailure } from '../store/told-failures.ts';

export interface LookUpOptions {
  /** The brain hears what becomes of its messages. */
  readonly hasReceipts: boolean;
  /** Told in the same turn of the lane and not written yet. */
  readonly failures: readonly ToldFailure[];
}

/** What changes a message of ours has to know what it consists of; what is about a brain's message, what became of that. */
export async function lookUp(db: Db, lane: LaneId, event: ChatEvent, options: LookUpOptions): Promise<Known> {
  const toldOf = async (remoteId: string) =>
    options.failures.find((failure) => failure.remoteId === remoteId) ?? (await readToldFailure(db, lane, remoteId));
  switch (event.type) {
    case 'reply_edited':
    case 'reply_deleted':
      return { parts: await readSentParts(db, lane, event.homeMessageId) };
    case 'reply':
    case 'receipt': {
      if (!options.hasReceipts || event.remoteMessageId === null) return {};
      const told = await toldOf(event.remoteMessageId);
      return told === null ? {} : { fate: { told, waiting: 0, shownAs: null, error: null } };
    }
    case 'reply_failed': {
      const told = await toldOf(event.remoteMessageId);
      return { fate: { told, ...(await readSendsSoFar(db, lane, event.remoteMessageId)) } };
    }
    default:
      return {};
  }
}
