/** Fetches by REST what a socket has missed: MessageGateway replays nothing (trap B-09). */
import type { BotApi } from './bot-api.ts';
import type { ListenCursor } from './cursor.ts';
import type { MgMessage } from './mg-shapes.ts';
import { parseMgTime } from './mg-time.ts';
import type { Room } from './room.ts';
import { assignedWish } from './signals.ts';
import type { Envelope } from './webhook-shapes.ts';

/** The largest page (dossier B.1.1). */
export const pageSize = 1_000;

/** Frames may come out of order, and messages of other channels share the count: so many ids are looked at again. */
const overlapIds = 200;

/** Clocks differ, and what changed at the very moment of the cursor belongs to it. */
const overlapMs = 120_000;

/** What was missed, as frames, oldest first. Some were heard before: their keys tell. */
export async function catchUp(room: Room, cursor: ListenCursor, signal: AbortSignal): Promise<readonly Envelope[]> {
  const [messages, assignments] = [
    await missedMessages(room, cursor, signal),
    await missedAssignments(room, cursor, signal),
  ];
  const timed = [...messages.map(messageFrame), ...assignments];
  return timed.sort((a, b) => a.at - b.at).map(({ frame }) => frame);
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
  const found = await allMessages(room.apis.bot, { channel_id: channelId, ...lower }, signal);
  // The list was asked for this channel; items may leave it out.
  return found
    .map((message) => ({ ...message, channel_id: message.channel_id ?? channelId }))
    .filter((message) => message.channel_id === channelId)
    .sort((a, b) => a.id - b.id);
}

/**
 * All pages. There is no page number and no promised order (trap S-08, S-09): a page that goes down is followed by the one below it, a
 * page that goes up by the one above. Whether bounds are inclusive is unknown, so ids are counted once.
 */
async function allMessages(
  bot: BotApi,
  filter: Readonly<Record<string, string | number>>,
  signal: AbortSignal,
): Promise<readonly MgMessage[]> {
  const found = new Map<number, MgMessage>();
  let bounds: Readonly<Record<string, string | number>> = filter;
  for (;;) {
    const page = await bot.messages({ ...bounds, limit: pageSize }, signal);
    const fresh = page.filter(({ id }) => !found.has(id));
    for (const message of fresh) found.set(message.id, message);
    if (page.length < pageSize || fresh.length === 0) return [...found.values()];
    const ids = page.map(({ id }) => id);
    const goesDown = (ids[0] ?? 0) > (ids.at(-1) ?? 0);
    bounds = goesDown ? { ...filter, until_id: Math.min(...ids) } : { ...filter, since_id: Math.max(...ids) };
  }
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
