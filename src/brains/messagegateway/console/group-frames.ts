/** Picks from the socket, and from what it missed, the messages of bound chats, and says which group each is for. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { BrainAction } from '../../../core/actions.ts';
import type { Incoming } from '../../../core/connector.ts';
import { readPages } from '../api/pages.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import type { MgContext } from '../context.ts';
import { overlapMs } from '../inbound/catch-up.ts';
import type { ListenCursor } from '../inbound/cursor.ts';
import { type Binding, recentBindings } from './bindings.ts';
import { type GroupMessage, groupMessageShape, type Showing } from './group-shapes.ts';
import { keepDays, originOfMessage } from './send-once.ts';

/** How messages shown in groups are named towards the house, so that receipts for them are told from the channel's own. */
const shownPrefix = 'group:';

const shownShape = z.object({ portalMessageId: z.string() });

const shownKey = (messageId: number | string): string => `shown:${messageId}`;

/** The name of a message shown in a group. */
export function shownName(messageId: number): string {
  return `${shownPrefix}${messageId}`;
}

/** Whether a receipt is for a message shown in a group. */
export function isShownName(remoteMessageId: string): boolean {
  return remoteMessageId.startsWith(shownPrefix);
}

/** Keeps where a message is shown, so that its edit and deletion find it there. */
export async function rememberShown(context: MgContext, receipt: BrainAction & { type: 'receipt' }): Promise<void> {
  const { remoteMessageId, portalMessageId, error } = receipt;
  if (portalMessageId === null) {
    context.tools.log('a message of a bound chat was not shown in its group', {
      message: remoteMessageId,
      reason: error,
    });
    return;
  }
  await context.tools.state.put(shownKey(remoteMessageId.slice(shownPrefix.length)), { portalMessageId }, keepDays);
}

const whatOf: Readonly<Record<string, Showing['what']>> = {
  message_new: 'new',
  message_updated: 'edited',
  message_deleted: 'deleted',
  message_restored: 'restored',
};

export interface GroupWatch {
  /** What a frame becomes in groups, before it what a new binding has missed until it was heard of. Foreign chats cost no query. */
  rowsOf(frame: Envelope, signal: AbortSignal): Promise<readonly Incoming[]>;
  /** What bound chats said and changed while nobody listened. Deletions are in no list: they are not learned of. */
  missed(cursor: ListenCursor | null, signal: AbortSignal): Promise<readonly Incoming[]>;
}

/** One per listener. */
export function createGroupWatch(context: MgContext): GroupWatch {
  let known: ReadonlyMap<number, Binding> = new Map();

  /** A binding is made in another process: what was said before this one heard of it is asked for once. */
  async function caughtUp(bindings: ReadonlyMap<number, Binding>, signal: AbortSignal): Promise<Incoming[]> {
    const before = known;
    known = bindings;
    if (before === bindings) return [];
    const rows: Incoming[] = [];
    for (const binding of bindings.values()) {
      const old = before.get(binding.chatId);
      if (old?.ref === binding.ref && old.after === binding.after) continue;
      rows.push(...(await saidIn(context, binding, { since_id: Math.max(1, binding.after) }, signal)));
    }
    return rows;
  }

  return {
    async rowsOf(frame, signal) {
      const what = Object.hasOwn(whatOf, frame.type) ? whatOf[frame.type] : undefined;
      if (what === undefined) return [];
      const bindings = await recentBindings(context.tools.state);
      const rows = await caughtUp(bindings, signal);
      const message = groupMessageShape.safeParse(frame.data['message']);
      const binding = message.success ? bindings.get(message.data.chat_id) : undefined;
      const row =
        !message.success || binding === undefined ? null : await rowOf(context, binding, message.data, what, frame);
      return row === null ? rows : [...rows, row];
    },
    async missed(cursor, signal) {
      known = await recentBindings(context.tools.state);
      if (cursor === null) return [];
      const since = new Date(cursor.since.getTime() - overlapMs).toISOString();
      const rows: Incoming[] = [];
      for (const binding of known.values()) rows.push(...(await saidIn(context, binding, { since }, signal)));
      return rows;
    },
  };
}

async function saidIn(
  context: MgContext,
  binding: Binding,
  from: { readonly since: string } | { readonly since_id: number },
  signal: AbortSignal,
): Promise<Incoming[]> {
  const rows: Incoming[] = [];
  const ask = (bounds: Parameters<typeof context.apis.bot.rawMessages>[0]) =>
    context.apis.bot.rawMessages(bounds, signal);
  for (const raw of await readPages(ask, { chat_id: binding.chatId, ...from })) {
    const message = groupMessageShape.safeParse(raw);
    if (!message.success || message.data.chat_id !== binding.chatId) continue;
    rows.push(...(await missedRows(context, binding, message.data, raw)));
  }
  return rows;
}

/** A missed message may be new, edited, failed, or several of these at once. */
async function missedRows(
  context: MgContext,
  binding: Binding,
  message: GroupMessage,
  raw: unknown,
): Promise<Incoming[]> {
  const rows: Incoming[] = [];
  for (const what of ['new', 'edited'] as const) {
    // What is shown for the first time is shown as it reads now.
    if (what === 'edited' && message.is_edit === true && (await portalMessageOf(context, message.id)) === null)
      continue;
    const row = await rowOf(context, binding, message, what, { type: `message_${what}`, data: { message: raw } });
    if (row !== null) rows.push(row);
  }
  return rows;
}

async function rowOf(
  context: MgContext,
  binding: Binding,
  message: GroupMessage,
  what: Showing['what'],
  frame: Envelope,
): Promise<Incoming | null> {
  const isOwn = message.from?.type === 'bot' && message.from.id === context.config.joined.bot.botId;
  const shown = isOwn ? failureOf(message, what) : wantedOf(context, binding, message, what);
  if (shown === null) return null;
  const portalMessageId = isOwn
    ? await originOfMessage(context, message.id)
    : await portalMessageOf(context, message.id);
  // A failure of something the console did not say is somebody else's to tell.
  if (isOwn && portalMessageId === null) return null;
  const showing: Showing = { what: shown, customer: binding.customer, channel: binding.channel, portalMessageId };
  return {
    conversation: { ref: binding.ref },
    ifKnown: true,
    dedupeKey: dedupeKeyOf(message, shown, frame),
    body: Buffer.from(JSON.stringify({ ...frame, data: { ...frame.data, showing } })),
  };
}

/** Of our own messages the group wants to hear one thing: that the customer did not get it. */
function failureOf(message: GroupMessage, what: Showing['what']): 'failed' | null {
  return message.status === 'failed' && message.scope === 'public' && what !== 'deleted' ? 'failed' : null;
}

function wantedOf(
  context: MgContext,
  binding: Binding,
  message: GroupMessage,
  what: Showing['what'],
): Showing['what'] | null {
  if (message.type === 'system' || message.id <= binding.after) return null;
  if (message.scope !== 'public' && !context.config.console.showStaffTalk) return null;
  // This event also tells of every change of status.
  return what === 'edited' && message.is_edit !== true ? null : what;
}

/** New and failed happen once. Edits are told apart by their text: lists do not say when they were made. */
function dedupeKeyOf(message: GroupMessage, what: Showing['what'], frame: Envelope): string {
  const key = `shown-${what}:${message.chat_id}:${message.id}`;
  if (what === 'edited')
    return `${key}:${hash('sha256', `${message.content ?? ''}\n${message.note ?? ''}`, 'base64url')}`;
  return what === 'deleted' || what === 'restored' ? `${key}:${frame.meta?.timestamp ?? ''}` : key;
}

async function portalMessageOf(context: MgContext, messageId: number): Promise<string | null> {
  const shown = shownShape.safeParse(await context.tools.state.get(shownKey(messageId)));
  return shown.success ? shown.data.portalMessageId : null;
}
