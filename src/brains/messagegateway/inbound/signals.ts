/**
 * Finds signals in frames of the bot's socket: a manager hands the conversation over to Bitrix24, takes it back, or closes it, or a message
 * has failed. Other frames repeat what the webhooks bring, or do not concern us. Pure.
 */
import { z } from 'zod';
import type { BrainEvent } from '../../../core/events.ts';
import { chatShape, dialogShape, type MgChat, type MgMessage, messageShape } from '../api/mg-shapes.ts';
import { parseMgTime } from '../api/mg-time.ts';
import type { Envelope, ListenerFrame } from '../api/webhook-shapes.ts';
import type { JoinedConfig } from '../config.ts';

/** A signal, and which conversation it is about. */
export interface Signal {
  readonly kind: 'handover' | 'taken_back' | 'finish' | 'help' | 'failed';
  readonly chatId: number;
  /** The conversation's ref, if the frame has it. */
  readonly ref: string | null;
  readonly dedupeKey: string;
  /** When it happened; null when the frame does not say. */
  readonly at: Date | null;
  /** Only for `failed`: MessageGateway's id of the message. */
  readonly messageId?: number;
}

/** A tag of a dialog was added or removed. Which tag it was can only be seen in the dialog. */
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

/** The signal in a frame, or null. Frames of other channels, of customers and of bots have none. */
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
  if (frame.handoverTag === true) return { ...place, kind: 'handover', dedupeKey: `tag:${message.id}` };
  if (isClosing(message)) return closing(place, message.dialog?.id ?? message.chat?.last_dialog?.id, config);
  // Commands of other bots are not meant for ours.
  if (message.type !== 'command' || message.from?.type !== 'user') return null;
  const kind = kindOfCommand(message.content ?? '', config);
  return kind === null ? null : { ...place, kind, dedupeKey: `command:${message.id}` };
}

/** The signal that a message of a manager or bot failed: its transport said so, or took too long. */
function failureIn(data: unknown, config: JoinedConfig): Signal | null {
  const parsed = messageFrame.safeParse(data);
  if (!parsed.success) return null;
  const { message } = parsed.data;
  if ((message.chat?.channel?.id ?? message.channel_id) !== config.joined.channelId || !isFailed(message)) return null;
  return failureOf({ chatId: message.chat_id, ref: refOf(message.chat), at: null }, message.id);
}

function failureOf(place: Pick<Signal, 'chatId' | 'ref' | 'at'>, messageId: number): Signal {
  return { ...place, kind: 'failed', messageId, dedupeKey: `failed:${messageId}` };
}

/** Whether the message is from a manager or bot to a customer, and has failed. */
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

/** `/operator please` → handover. The text after the command is not used. */
function kindOfCommand(line: string, config: JoinedConfig): Signal['kind'] | null {
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
  const kind = kindOfAssignment(responsible, config);
  if (kind === null) return null;
  const at =
    parseMgTime(responsible.assigned_at) ?? parseMgTime(dialog.assigned_at) ?? parseMgTime(frame.meta?.timestamp);
  // The socket gives seconds, the list microseconds. Both must lead to the same key.
  const second = at === null ? '' : Math.floor(at.getTime() / 1000);
  const dedupeKey = `assign:${dialog.id}:${responsible.type}${responsible.id}:${second}`;
  return { kind, chatId: chat.id, ref: refOf(chat), dedupeKey, at };
}

/** A closing is reported twice: by this event and by a system message. Only the system message can be read later. */
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
  return { ...place, kind: 'finish', dedupeKey: `close:${dialogId}` };
}

/** Whether it is the system message that reports the closing of a dialog. */
export function isClosing(message: Pick<MgMessage, 'type' | 'action'>): boolean {
  return message.type === 'system' && message.action === 'dialog_closed';
}

/** The signal in the assignment of a dialog, or null. */
export function kindOfAssignment(
  responsible: { readonly id: number; readonly type: string },
  config: JoinedConfig,
): 'handover' | 'taken_back' | null {
  if (responsible.type === 'user' && config.handover.userIds.includes(responsible.id)) return 'handover';
  return responsible.type === 'bot' && responsible.id === config.joined.bot.botId ? 'taken_back' : null;
}

/** The change of tags in a frame of our channel, or null. */
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

/** The id of a new message of our channel, for the cursor; null for other frames. */
export function newMessageId(frame: Envelope, config: JoinedConfig): number | null {
  const parsed = frame.type === 'message_new' ? messageFrame.safeParse(frame.data) : null;
  if (parsed?.success !== true) return null;
  const { message } = parsed.data;
  return (message.chat?.channel?.id ?? message.channel_id) === config.joined.channelId ? message.id : null;
}

/** The events for the bridge in a stored frame. */
export function decodeFrame(frame: ListenerFrame, config: JoinedConfig): readonly BrainEvent[] {
  const found = signalOf(frame, config);
  const kind = found?.kind;
  if (kind === 'failed') return replyFailed(String(found?.messageId), config);
  if (kind === 'handover') return [{ type: 'handover', note: null }];
  if (kind === 'finish') return [{ type: 'finish' }];
  return kind === 'taken_back' ? [{ type: 'taken_back' }] : [];
}

/** The event for a message that MessageGateway shows as failed. */
export function replyFailed(remoteMessageId: string, config: JoinedConfig): readonly BrainEvent[] {
  return [{ type: 'reply_failed', remoteMessageId, withdraw: config.lateDelivery === 'withdraw' }];
}

/** In our channel the customer's external id is the conversation's ref. */
function refOf(chat: MgChat | null | undefined): string | null {
  return chat?.customer?.external_id || null;
}
