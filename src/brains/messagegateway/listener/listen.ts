/** The listener of a connection: emits what was missed, then what the bot's socket says, in order. */
import type { Cursor, Emit, Incoming } from '../../../core/connector.ts';
import { RemoteUnreachable, toAppError } from '../../../core/errors.ts';
import { checkStillOn, preflight } from '../account/preflight.ts';
import { type Envelope, readEnvelope } from '../api/webhook-shapes.ts';
import type { ConsoleListener } from '../console/console.ts';
import type { MgContext } from '../context.ts';
import { newMessageId, type Signal, signalOf } from '../inbound/signals.ts';
import { managerTexts } from '../texts/manager-texts.ts';
import { catchUp, missedSince } from './catch-up.ts';
import { type ListenCursor, readCursor, writeCursor } from './cursor.ts';
import { openLiveSocket } from './live-socket.ts';
import type { TagTracker } from './tag-tracker.ts';

/** The 17 documented events. The handshake may fail if others are requested (docs/platform-notes/messagegateway.md#socket-events). */
const events = [
  'message_new',
  'message_updated',
  'message_deleted',
  'message_restored',
  'dialog_opened',
  'dialog_closed',
  'dialog_assign',
  'chat_created',
  'chat_updated',
  'chats_deleted',
  'user_online_updated',
  'user_joined_chat',
  'user_left_chat',
  'user_updated',
  'customer_updated',
  'bot_updated',
  'channel_updated',
];

/** The cursor is stored with every row, and after this long without one, so that catching up stays short. */
const storeCursorMs = 30_000;

const handshakeMs = 15_000;

/**
 * Runs until `signal` aborts. Rejects when the socket ends, so that it is opened again, and with `messagegateway.token_revoked` when
 * opening it would be useless. A REST call checks the token before the socket is opened.
 */
export async function listenToBot(parts: ListenerParts, since: Cursor | null, signal: AbortSignal): Promise<void> {
  const { context } = parts;
  const { config, apis } = context;
  await preflight(context, signal);
  await apis.botLimiter.acquire(signal);
  const startedAt = context.clock.now();
  const { pingSeconds, silenceSeconds } = config;
  const url = apis.bot.socketAddress(events);
  const socket = await openLiveSocket(
    {
      url,
      lookup: context.tools.lookupFor(url),
      clock: context.clock,
      token: config.joined.bot.token,
      pingMs: pingSeconds * 1000,
      silenceMs: silenceSeconds * 1000,
      handshakeMs,
    },
    signal,
  );
  try {
    const cursor = await emitMissed(parts, readCursor(since), startedAt, signal);
    // Frames that came meanwhile wait in the socket's queue.
    await emitFrames(parts, cursor, socket.frames(), signal);
  } finally {
    socket.close();
  }
  if (signal.aborted) return;
  throw new RemoteUnreachable({ code: 'messagegateway.socket_closed', message: "MessageGateway's socket was closed" });
}

/** What a listener works with. */
export interface ListenerParts {
  readonly context: MgContext;
  readonly tags: TagTracker;
  readonly console: ConsoleListener;
  readonly emit: Emit;
}

/** Emits everything that was missed, and returns the cursor after it. */
async function emitMissed(
  { context, tags, console, emit }: ListenerParts,
  cursor: ListenCursor | null,
  startedAt: Date,
  signal: AbortSignal,
): Promise<ListenCursor> {
  // The first listener has missed nothing: what happened before the connection was made does not concern the bot.
  const missed = cursor === null ? [] : await catchUp(context, cursor, signal);
  let next: ListenCursor = { messageId: cursor?.messageId ?? null, since: startedAt };
  const incoming: Incoming[] = [];
  for (const frame of missed) {
    const row = await rowOf(context, tags, frame, signal);
    if (row !== null && row.signal.kind !== 'help') incoming.push({ ...row.incoming, caughtUp: true });
    next = movedCursor(next, frame, context);
  }
  incoming.push(...(await console.missed(cursor === null ? null : missedSince(cursor), signal)));
  await emit(incoming, writeCursor(next));
  return next;
}

async function emitFrames(
  { context, tags, console, emit }: ListenerParts,
  from: ListenCursor,
  frames: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  let cursor = from;
  let storedAt = context.clock.monotonicMs();
  for await (const bytes of frames) {
    const frame = readEnvelope(bytes);
    // Unreadable, or an event this version does not know.
    if (frame === null) continue;
    await checkStillOn(frame, context);
    const adopted = await context.channels.adopt(frame);
    const row = await rowOf(context, tags, adopted, signal);
    cursor = { ...movedCursor(cursor, adopted, context), since: context.clock.now() };
    if (row?.signal.kind === 'help') await help(context, row.signal, signal);
    const incoming = row === null || row.signal.kind === 'help' ? [] : [row.incoming];
    incoming.push(...(await console.rowsOf(frame, signal)));
    if (incoming.length === 0 && context.clock.monotonicMs() - storedAt < storeCursorMs) continue;
    await emit(incoming, writeCursor(cursor));
    storedAt = context.clock.monotonicMs();
  }
}

/** The row for a frame, or null when there is no signal in it. */
async function rowOf(
  context: MgContext,
  tags: TagTracker,
  frame: Envelope,
  signal: AbortSignal,
): Promise<{ readonly signal: Signal; readonly incoming: Incoming } | null> {
  const known = await tags.complete(frame, signal);
  const found = signalOf(known, context.config);
  if (found === null) return null;
  const conversation = found.ref === null ? { remoteId: String(found.chatId) } : { ref: found.ref };
  return {
    signal: found,
    incoming: {
      conversation,
      dedupeKey: found.dedupeKey,
      body: Buffer.from(JSON.stringify(known)),
      // In an unknown conversation there is no message that could have failed.
      ...(found.kind === 'failed' ? { ifKnown: true } : {}),
    },
  };
}

function movedCursor(cursor: ListenCursor, frame: Envelope, context: MgContext): ListenCursor {
  const messageId = newMessageId(frame, context.config);
  if (messageId === null || messageId <= (cursor.messageId ?? 0)) return cursor;
  return { ...cursor, messageId };
}

/** Answers `/help` in the chat, for staff only. If that fails, the manager can ask again. */
async function help(context: MgContext, { chatId }: Signal, signal: AbortSignal): Promise<void> {
  const { language, handover } = context.config;
  const content = managerTexts(language).help(handover.command);
  try {
    await context.apis.bot.sendMessage({ chat_id: chatId, scope: 'private', type: 'text', content }, signal);
  } catch (thrown) {
    context.tools.log('the answer to /help could not be sent', {
      chat: chatId,
      reason: toAppError(thrown).code,
    });
  }
}
