/** Listens to the bot's side of an account: first what was missed, then the socket, in order, and never an echo. */
import type { Cursor, Emit, Incoming } from '../../../core/connector.ts';
import { RemoteUnreachable, toAppError } from '../../../core/errors.ts';
import { checkStillOn, preflight } from '../account/preflight.ts';
import { type Envelope, readEnvelope } from '../api/webhook-shapes.ts';
import { createGroupWatch, type GroupWatch } from '../console/group-frames.ts';
import { createMadeCommands, type MadeCommands } from '../console/made-commands.ts';
import type { MgContext } from '../context.ts';
import { catchUp } from '../inbound/catch-up.ts';
import { type ListenCursor, readCursor, writeCursor } from '../inbound/cursor.ts';
import { heardMessageId, type Signal, signalOf } from '../inbound/signals.ts';
import type { TagTracker } from '../inbound/tag-tracker.ts';
import { wordsOf } from '../messages.ts';
import { openLiveSocket } from './live-socket.ts';

/** The 17 events of the document. Asking for others may fail the handshake (docs/platform-notes/messagegateway.md#socket-events). */
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

/** The cursor is stored with every signal, and without one after this long: behind it, catching up costs more. */
const storeCursorMs = 30_000;

const handshakeMs = 15_000;

/**
 * Until `signal` aborts. Rejects when the socket ends, so that it is opened again; with `messagegateway.token_revoked` when that is in vain.
 * The account is asked by REST first: it proves the token before the socket is opened.
 */
export async function listenToBot(
  context: MgContext,
  tags: TagTracker,
  emit: Emit,
  since: Cursor | null,
  signal: AbortSignal,
): Promise<void> {
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
    const ways: Ways = { context, tags, emit, groups: createGroupWatch(context), made: createMadeCommands(context) };
    const cursor = await settle(ways, readCursor(since), startedAt, signal);
    // Frames that came meanwhile wait in the socket's queue.
    await hear(ways, cursor, socket.frames(), signal);
  } finally {
    socket.close();
  }
  if (signal.aborted) return;
  throw new RemoteUnreachable({ code: 'messagegateway.socket_closed', message: "MessageGateway's socket was closed" });
}

/** Where frames go. */
interface Ways {
  readonly context: MgContext;
  readonly tags: TagTracker;
  readonly emit: Emit;
  readonly groups: GroupWatch;
  readonly made: MadeCommands;
}

/** Brings the cursor up to date, with everything that was missed stored beside it. */
async function settle(
  { context, tags, emit, groups, made }: Ways,
  cursor: ListenCursor | null,
  startedAt: Date,
  signal: AbortSignal,
): Promise<ListenCursor> {
  // A first listener has missed nothing: what happened before the connection was made is nobody's wish to us.
  const missed = cursor === null ? [] : await catchUp(context, cursor, signal);
  let next: ListenCursor = { messageId: cursor?.messageId ?? null, since: startedAt };
  const incoming: Incoming[] = [];
  for (const frame of missed) {
    const row = await rowOf(context, tags, frame, signal);
    if (row !== null && row.signal.wish !== 'help') incoming.push(row.incoming);
    next = moved(next, frame, context);
  }
  incoming.push(...(await groups.missed(cursor, signal)), ...(await made.missed(cursor, signal)));
  await emit(incoming, writeCursor(next));
  return next;
}

async function hear(
  { context, tags, emit, groups, made }: Ways,
  from: ListenCursor,
  frames: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  let cursor = from;
  let storedAt = context.clock.monotonicMs();
  for await (const bytes of frames) {
    const frame = readEnvelope(bytes);
    // Garbage, and events that were invented after this was written.
    if (frame === null) continue;
    await checkStillOn(frame, context);
    const adopted = await context.channels.adopt(frame);
    const row = await rowOf(context, tags, adopted, signal);
    cursor = { ...moved(cursor, adopted, context), since: context.clock.now() };
    if (row?.signal.wish === 'help') await help(context, row.signal, signal);
    const incoming = row === null || row.signal.wish === 'help' ? [] : [row.incoming];
    incoming.push(...(await groups.rowsOf(frame, signal)), ...(await made.rowsOf(frame, signal)));
    if (incoming.length === 0 && context.clock.monotonicMs() - storedAt < storeCursorMs) continue;
    await emit(incoming, writeCursor(cursor));
    storedAt = context.clock.monotonicMs();
  }
}

/** The row a frame becomes, or null when there is no wish in it. */
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
      // What failed in a conversation of which nothing is known can never have been on its way.
      ...(found.wish === 'failed' ? { ifKnown: true } : {}),
    },
  };
}

function moved(cursor: ListenCursor, frame: Envelope, context: MgContext): ListenCursor {
  const heard = heardMessageId(frame, context.config);
  if (heard === null || heard <= (cursor.messageId ?? 0)) return cursor;
  return { ...cursor, messageId: heard };
}

/** Answers `/help` in the chat itself, for staff. A courtesy: when it fails, the manager asks again. */
async function help(context: MgContext, { chatId }: Signal, signal: AbortSignal): Promise<void> {
  const { language, handover } = context.config;
  const content = wordsOf(language).help(handover.command);
  try {
    await context.apis.bot.sendMessage({ chat_id: chatId, scope: 'private', type: 'text', content }, signal);
  } catch (thrown) {
    context.tools.log('the help a manager asked for could not be given', {
      chat: chatId,
      reason: toAppError(thrown).code,
    });
  }
}
