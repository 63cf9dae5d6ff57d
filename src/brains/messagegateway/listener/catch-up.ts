/** Reads by REST what the socket has missed: MessageGateway does not replay events. */

import type { MgQuery } from '../api/mg-http.ts';
import type { MgDialog, MgMessage } from '../api/mg-shapes.ts';
import { parseMgTime } from '../api/mg-time.ts';
import { readPages } from '../api/pages.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import type { MgContext } from '../context.ts';
import { isClosing, isFailed, kindOfAssignment } from '../inbound/signals.ts';
import type { ListenCursor } from './cursor.ts';

/** This many ids before the cursor are read again: frames may come out of order, and messages of all channels share one id sequence. */
const overlapIds = 200;

/** Clocks differ, so reading begins this much before the cursor's time. */
const overlapMs = 120_000;

/** The time from which missed events are asked for. */
export function missedSince({ since }: ListenCursor): Date {
  return new Date(since.getTime() - overlapMs);
}

/** What was missed, as frames, oldest first. Some may have been heard before; their dedupe keys are the same. */
export async function catchUp(
  context: MgContext,
  cursor: ListenCursor,
  signal: AbortSignal,
): Promise<readonly Envelope[]> {
  const [messages, assignments] = [
    await fetchMissedMessages(context, cursor, signal),
    await missedAssignments(context, cursor, signal),
  ];
  const timed = [...messages.filter((message) => isNews(message, messages)).map(messageFrame), ...assignments];
  return timed.sort((a, b) => a.at - b.at).map(({ frame }) => frame);
}

/** The closing of a dialog is ignored if the customer has written since, because it would end the new session. */
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

/** The messages of all channels of this connection, with the main channel's id. */
async function fetchMissedMessages(
  context: MgContext,
  cursor: ListenCursor,
  signal: AbortSignal,
): Promise<readonly MgMessage[]> {
  const { channelId: main } = context.config.joined;
  const byTime = { since: missedSince(cursor).toISOString() };
  const lower = cursor.messageId === null ? byTime : { since_id: Math.max(1, cursor.messageId - overlapIds) };
  const ask = (bounds: MgQuery): Promise<readonly MgMessage[]> => context.apis.bot.messages(bounds, signal);
  const missed: MgMessage[] = [];
  for (const channelId of await context.channels.all()) {
    const found = [...(await readMissed(context, ask, { channel_id: channelId, ...lower }))];
    if (lower !== byTime)
      found.push(...(await missedFailures(context, ask, { channel_id: channelId, ...byTime }, found)));
    // The request filters by channel, but items may come without their channel.
    const own = found.filter((message) => (message.channel_id ?? channelId) === channelId);
    missed.push(...own.map((message) => ({ ...message, channel_id: main })));
  }
  return missed;
}

/** A message may fail long after it was sent, when its id is far behind the cursor. Such messages are found by the time of their last change. */
async function missedFailures(
  context: MgContext,
  ask: (bounds: MgQuery) => Promise<readonly MgMessage[]>,
  filter: Readonly<Record<string, string | number>>,
  known: readonly MgMessage[],
): Promise<readonly MgMessage[]> {
  const ids = new Set(known.map(({ id }) => id));
  return (await readMissed(context, ask, filter)).filter((message) => isFailed(message) && !ids.has(message.id));
}

/** Reads a limited number of pages, so that listening begins in time. */
async function readMissed<T extends { readonly id: number }>(
  context: MgContext,
  ask: (bounds: MgQuery) => Promise<readonly T[]>,
  filter: Readonly<Record<string, string | number>>,
): Promise<readonly T[]> {
  return await readPages(ask, filter, undefined, () => {
    context.tools.log('more was missed than is read; the rest is skipped', filter);
  });
}

/** Frames for changed dialogs whose present assignment is a signal. Earlier assignments are not stored anywhere. */
async function missedAssignments(
  context: MgContext,
  cursor: ListenCursor,
  signal: AbortSignal,
): Promise<readonly TimedFrame[]> {
  const { bot } = context.apis;
  const since = missedSince(cursor);
  const frames: TimedFrame[] = [];
  const ask = (bounds: MgQuery): Promise<readonly MgDialog[]> => bot.dialogs(bounds, signal);
  for (const dialog of await readMissed(context, ask, { since: since.toISOString() })) {
    const { responsible } = dialog;
    if (!responsible || kindOfAssignment(responsible, context.config) === null || typeof dialog.chat_id !== 'number')
      continue;
    const at = parseMgTime(responsible.assigned_at);
    // The dialog has changed since, but was assigned before.
    if (at === null || at < since) continue;
    const [chat] = await bot.chats({ id: dialog.chat_id }, signal);
    if (chat === undefined) continue;
    const frame = await context.channels.adopt({ type: 'dialog_assign', data: { dialog, chat } });
    frames.push({ at: at.getTime(), frame });
  }
  return frames;
}
