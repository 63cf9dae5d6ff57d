/** Fetches by REST what a socket has missed: MessageGateway replays nothing (trap B-09). */
import type { ListenCursor } from './cursor.ts';
import type { MgMessage } from './mg-shapes.ts';
import { parseMgTime } from './mg-time.ts';
import { pageSize, readPages } from './pages.ts';
import type { Room } from './room.ts';
import { assignedWish, isClosing } from './signals.ts';
import type { Envelope } from './webhook-shapes.ts';

/** Frames may come out of order, and messages of other channels share the count: so many ids are looked at again. */
const overlapIds = 200;

/** Clocks differ, and what changed at the very moment of the cursor belongs to it. */
export const overlapMs = 120_000;

/** What was missed, as frames, oldest first. Some were heard before: their keys tell. */
export async function catchUp(room: Room, cursor: ListenCursor, signal: AbortSignal): Promise<readonly Envelope[]> {
  const [messages, assignments] = [
    await missedMessages(room, cursor, signal),
    await missedAssignments(room, cursor, signal),
  ];
  const timed = [...messages.filter((message) => isNews(message, messages)).map(messageFrame), ...assignments];
  return timed.sort((a, b) => a.at - b.at).map(({ frame }) => frame);
}

/** A dialog's end is none any more when the customer has written since: his new session must not be ended by it. */
function isNews(message: MgMessage, all: readonly MgMessage[]): boolean {
  if (!isClosing(message)) return true;
  return !all.some(
    ({ id, chat_id: chatId, from }) => chatId === message.chat_id && id > message.id && from?.type === 'customer',
  );
}

interface TimedFrame {
  readonly at: number;
  readonly frame: Envelope;
}

function messageFrame(message: MgMessage): TimedFrame {
  const at = parseMgTime(message.created_at) ?? parseMgTime(message.time);
  return { at: at?.getTime() ?? 0, frame: { type: 'message_new', data: { message } } };
}

async function missedMessages(room: Room, cursor: ListenCursor, signal: AbortSignal): Promise<readonly MgMessage[]> {
  const { channelId } = room.config.joined;
  const lower =
    cursor.messageId === null
      ? { since: new Date(cursor.since.getTime() - overlapMs).toISOString() }
      : { since_id: Math.max(1, cursor.messageId - overlapIds) };
  const filter = { channel_id: channelId, ...lower };
  const found = await readPages((bounds) => room.apis.bot.messages(bounds, signal), filter);
  // The list was asked for this channel; items may leave it out.
  return found
    .map((message) => ({ ...message, channel_id: message.channel_id ?? channelId }))
    .filter((message) => message.channel_id === channelId);
}

/** Of the dialogs that changed, those whose present responsible means something to us. Intermediate ones are not kept anywhere. */
async function missedAssignments(
  room: Room,
  cursor: ListenCursor,
  signal: AbortSignal,
): Promise<readonly TimedFrame[]> {
  const { bot } = room.apis;
  const since = new Date(cursor.since.getTime() - overlapMs);
  const frames: TimedFrame[] = [];
  for (const dialog of await bot.dialogs({ since: since.toISOString(), limit: pageSize }, signal)) {
    const { responsible } = dialog;
    if (!responsible || assignedWish(responsible, room.config) === null || typeof dialog.chat_id !== 'number') continue;
    const at = parseMgTime(responsible.assigned_at);
    // Changed since, but assigned before: not news.
    if (at === null || at < since) continue;
    const [chat] = await bot.chats({ id: dialog.chat_id }, signal);
    if (chat !== undefined) frames.push({ at: at.getTime(), frame: { type: 'dialog_assign', data: { dialog, chat } } });
  }
  return frames;
}
