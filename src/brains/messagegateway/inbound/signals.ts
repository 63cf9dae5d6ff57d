/**
 * What of the bot's socket matters to a bridge: a manager gives the conversation to Bitrix24, takes it back, or has done with it.
 * Everything else there is an echo of what the transport carries, or none of our business. Pure.
 */
import { z } from 'zod';
import type { BrainEvent } from '../../../core/events.ts';
import { chatShape, dialogShape, type MgChat, type MgMessage, messageShape } from '../api/mg-shapes.ts';
import { parseMgTime } from '../api/mg-time.ts';
import type { Envelope, ListenerFrame } from '../api/webhook-shapes.ts';
import type { JoinedConfig } from '../config.ts';

/** A wish of a manager, with what is needed to place it. */
export interface Signal {
  readonly wish: 'handover' | 'taken_back' | 'finish' | 'help' | 'failed';
  readonly chatId: number;
  /** Our name of the conversation, where the frame told it. */
  readonly ref: string | null;
  readonly dedupeKey: string;
  /** When it was wished; null when the frame does not say. */
  readonly at: Date | null;
  /** Of a failure: MessageGateway's id of the message. */
  readonly messageId?: number;
}

/** A dialog was tagged; whether with the tag that matters, only the dialog itself tells. */
export interface TagChange {
  readonly dialogId: number;
  readonly messageId: number;
  readonly isAdded: boolean;
}

const messageFrame = z.object({
  message: messageShape,
});

const assignFrame = z.object({ dialog: dialogShape, chat: chatShape.nullish() });

const closedFrame = z.object({ dialog: dialogShape.extend({ chat: chatShape.nullish() }) });

/** The signal in a frame, or null. Chats of other channels, customers, bots (ours too) and anything unreadable give none. */
export function signalOf(frame: ListenerFrame, config: JoinedConfig): Signal | null {
  if (frame.type === 'message_new') return signalOfMessage(frame, config);
  if (frame.type === 'message_updated') return failureIn(frame.data, config);
  if (frame.type === 'dialog_assign') return signalOfAssignment(frame, config);
  if (frame.type === 'dialog_closed') return signalOfClosing(frame, config);
  return null;
}

function signalOfMessage(frame: ListenerFrame, config: JoinedConfig): Signal | null {
  const parsed = messageFrame.safeParse(frame.data);
  if (!parsed.success) return null;
  const { message } = parsed.data;
  if ((message.chat?.channel?.id ?? message.channel_id) !== config.joined.channelId) return null;
  const place = {
    chatId: message.chat_id,
    ref: refOf(message.chat),
    at: parseMgTime(message.created_at) ?? parseMgTime(message.time),
  };
  if (isFailed(message)) return failureOf(place, message.id);
  if (frame.handoverTag === true) return { ...place, wish: 'handover', dedupeKey: `tag:${message.id}` };
  if (isClosing(message)) return closing(place, message.dialog?.id ?? message.chat?.last_dialog?.id, config);
  // Only people type commands to us; what a bot sends as one is between bots.
  if (message.type !== 'command' || message.from?.type !== 'user') return null;
  const wish = wishOf(message.content ?? '', config);
  return wish === null ? null : { ...place, wish, dedupeKey: `command:${message.id}` };
}

/** MessageGateway gave a message of a manager or bot up: its transport said so, or took too long. */
function failureIn(data: unknown, config: JoinedConfig): Signal | null {
  const parsed = messageFrame.safeParse(data);
  if (!parsed.success) return null;
  const { message } = parsed.data;
  if ((message.chat?.channel?.id ?? message.channel_id) !== config.joined.channelId || !isFailed(message)) return null;
  return failureOf({ chatId: message.chat_id, ref: refOf(message.chat), at: null }, message.id);
}

function failureOf(place: Pick<Signal, 'chatId' | 'ref' | 'at'>, messageId: number): Signal {
  return { ...place, wish: 'failed', messageId, dedupeKey: `failed:${messageId}` };
}

/** Whether the message is one of a manager or bot to a customer that MessageGateway gave up. */
export function isFailed({
  status,
  scope,
  type,
  from,
}: Pick<MgMessage, 'status' | 'scope' | 'type' | 'from'>): boolean {
  const isOutgoing = from?.type === 'user' || from?.type === 'bot';
  const isPublic = scope === null || scope === undefined || scope === 'public';
  return status === 'failed' && isOutgoing && isPublic && type !== 'system' && type !== 'command';
}

/** `/operator please` → handover. Words after the command are for staff and stay where they are. */
function wishOf(line: string, config: JoinedConfig): Signal['wish'] | null {
  const name = /^\s*\/?([\w-]+)/.exec(line)?.[1]?.toLowerCase();
  if (name === config.handover.command.toLowerCase()) return 'handover';
  if (name === 'bot') return 'taken_back';
  return name === 'help' ? 'help' : null;
}

function signalOfAssignment(frame: Envelope, config: JoinedConfig): Signal | null {
  const parsed = assignFrame.safeParse(frame.data);
  if (!parsed.success) return null;
  const { dialog, chat } = parsed.data;
  const { responsible } = dialog;
  if (!responsible || chat?.channel?.id !== config.joined.channelId) return null;
  const wish = assignedWish(responsible, config);
  if (wish === null) return null;
  const at =
    parseMgTime(responsible.assigned_at) ?? parseMgTime(dialog.assigned_at) ?? parseMgTime(frame.meta?.timestamp);
  // The socket gives seconds and the list microseconds: the same assignment has to have the same key.
  const second = at === null ? '' : Math.floor(at.getTime() / 1000);
  const dedupeKey = `assign:${dialog.id}:${responsible.type}${responsible.id}:${second}`;
  return { wish, chatId: chat.id, ref: refOf(chat), dedupeKey, at };
}

/** A closing is told twice, as an event of its own and as a line of the chat; only the latter can be caught up with. */
function signalOfClosing(frame: Envelope, config: JoinedConfig): Signal | null {
  const parsed = closedFrame.safeParse(frame.data);
  if (!parsed.success) return null;
  const { dialog } = parsed.data;
  if (!dialog.chat || dialog.chat.channel?.id !== config.joined.channelId) return null;
  const at = parseMgTime(dialog.closed_at) ?? parseMgTime(frame.meta?.timestamp);
  return closing({ chatId: dialog.chat.id, ref: refOf(dialog.chat), at }, dialog.id, config);
}

function closing(
  place: Pick<Signal, 'chatId' | 'ref' | 'at'>,
  dialogId: number | undefined,
  config: JoinedConfig,
): Signal | null {
  if (config.onDialogClosed !== 'finish' || dialogId === undefined) return null;
  return { ...place, wish: 'finish', dedupeKey: `close:${dialogId}` };
}

/** The line of a chat that says its dialog has been closed. */
export function isClosing(message: Pick<MgMessage, 'type' | 'action'>): boolean {
  return message.type === 'system' && message.action === 'dialog_closed';
}

/** What it means that the dialog is given to somebody; null when it means nothing to us. */
export function assignedWish(
  responsible: { readonly id: number; readonly type: string },
  config: JoinedConfig,
): 'handover' | 'taken_back' | null {
  if (responsible.type === 'user' && config.handover.userIds.includes(responsible.id)) return 'handover';
  return responsible.type === 'bot' && responsible.id === config.joined.bot.botId ? 'taken_back' : null;
}

/** The change of tags a frame tells of, in our channel; null when it tells of none. */
export function tagChangeOf(frame: Envelope, config: JoinedConfig): TagChange | null {
  const parsed = frame.type === 'message_new' ? messageFrame.safeParse(frame.data) : null;
  if (parsed?.success !== true) return null;
  const { message } = parsed.data;
  if ((message.chat?.channel?.id ?? message.channel_id) !== config.joined.channelId) return null;
  const isAdded = message.action === 'dialog_tag_added';
  if (message.type !== 'system' || (!isAdded && message.action !== 'dialog_tag_removed')) return null;
  const dialogId = message.dialog?.id ?? message.chat?.last_dialog?.id;
  return dialogId === undefined ? null : { dialogId, messageId: message.id, isAdded };
}

/** The message's id in a frame about a new message of our channel: how far we have heard. */
export function heardMessageId(frame: Envelope, config: JoinedConfig): number | null {
  const parsed = frame.type === 'message_new' ? messageFrame.safeParse(frame.data) : null;
  if (parsed?.success !== true) return null;
  const { message } = parsed.data;
  return (message.chat?.channel?.id ?? message.channel_id) === config.joined.channelId ? message.id : null;
}

/** What a stored frame says to the bridge. */
export function decodeFrame(frame: ListenerFrame, config: JoinedConfig): readonly BrainEvent[] {
  const found = signalOf(frame, config);
  const wish = found?.wish;
  if (wish === 'failed') return replyFailed(String(found?.messageId), config);
  if (wish === 'handover') return [{ type: 'handover', note: null }];
  if (wish === 'finish') return [{ type: 'finish' }];
  return wish === 'taken_back' ? [{ type: 'taken_back' }] : [];
}

/** What it means to the conversation that a message of MessageGateway counts as failed there. */
export function replyFailed(remoteMessageId: string, config: JoinedConfig): readonly BrainEvent[] {
  return [{ type: 'reply_failed', remoteMessageId, withdraw: config.lateDelivery === 'withdraw' }];
}

/** The customer of our channel is the conversation, under our own name of it. */
function refOf(chat: MgChat | null | undefined): string | null {
  return chat?.customer?.external_id || null;
}
