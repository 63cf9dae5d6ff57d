/** What the store remembers of the message an event is about. */
import type { KnownMessage } from '../core/bridged.ts';
import type { ChatEvent } from '../core/events.ts';
import type { Db } from '../store/database.ts';
import type { LaneId } from '../store/lanes.ts';
import type { NewAction } from '../store/outbox.ts';
import { isTold, readSentParts } from '../store/sent-parts.ts';
import { dialogOf, outboxLane } from './lane-names.ts';

/**
 * Only what changes a message has to know what has become of it; and in groups a message may come behind its own edit.
 *
 * @param earlier decided in the same round for events of the same lane, and not written yet
 */
export async function knownMessage(
  db: Db,
  { portal, lane }: LaneId,
  event: ChatEvent,
  earlier: readonly NewAction[],
): Promise<KnownMessage> {
  const { botCode, dialogId } = dialogOf(lane);
  if (event.type === 'reply_edited' || event.type === 'reply_deleted') {
    const home = { portal, lane: outboxLane(botCode, dialogId, 'home') };
    return { parts: await readSentParts(db, home, event.homeMessageId) };
  }
  if (!isAboutGroupMessage(event)) return {};
  const { messageId } = event;
  const isJustTold = earlier.some(
    ({ action }) => (action.type === 'message' || action.type === 'overheard') && action.messageId === messageId,
  );
  const brain = { portal, lane: outboxLane(botCode, dialogId, 'brain') };
  return { isTold: isJustTold || (await isTold(db, brain, messageId)) };
}

type GroupMessageEvent = ChatEvent & { type: 'message' | 'message_edited' | 'message_deleted' };

function isAboutGroupMessage(event: ChatEvent): event is GroupMessageEvent {
  const isChange = event.type === 'message_edited' || event.type === 'message_deleted';
  return (isChange || (event.type === 'message' && event.mentionsBot)) && event.chat.kind === 'group';
}
