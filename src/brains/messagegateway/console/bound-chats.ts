/** Finds the messages of bound chats among what the listener hears or has missed, and makes the rows that show them in their groups. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { BrainAction } from '../../../core/actions.ts';
import type { Incoming } from '../../../core/connector.ts';
import type { MgQuery } from '../api/mg-http.ts';
import { readPages } from '../api/pages.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import { type Binding, recentBindings } from './bindings.ts';
import type { ConsoleContext } from './console-context.ts';
import { type GroupMessage, groupMessageShape, type Showing, shownMessageId, writeGroupRow } from './group-row.ts';
import { keepDays, originOfMessage } from './send-once.ts';

const shownShape = z.object({ portalMessageId: z.string() });

const shownKey = (messageId: number | string): string => `shown:${messageId}`;

/** Remembers which Bitrix24 message shows a chat message, so that its edits and deletion are applied there. */
export async function rememberShown(
  context: ConsoleContext,
  receipt: BrainAction & { type: 'receipt' },
): Promise<void> {
  const { remoteMessageId, portalMessageId, error } = receipt;
  if (portalMessageId === null) {
    context.tools.log('a message of a bound chat was not shown in its group', {
      message: remoteMessageId,
      reason: error,
    });
    return;
  }
  await context.tools.state.put(shownKey(shownMessageId(remoteMessageId)), { portalMessageId }, keepDays);
}

const whatOf: Readonly<Record<string, Showing['what']>> = {
  message_new: 'new',
  message_updated: 'edited',
  message_deleted: 'deleted',
  message_restored: 'restored',
};

/** The part of a `ConsoleListener` that is about bound chats. */
export function createBoundChats(context: ConsoleContext) {
  let known: ReadonlyMap<number, Binding> = new Map();

  /** Any process may make a binding. Messages from before this process learned of it are fetched once. */
  async function earlierRows(bindings: ReadonlyMap<number, Binding>, signal: AbortSignal): Promise<Incoming[]> {
    const before = known;
    known = bindings;
    if (before === bindings) return [];
    const rows: Incoming[] = [];
    for (const binding of bindings.values()) {
      const old = before.get(binding.chatId);
      if (old?.ref === binding.ref && old.after === binding.after) continue;
      rows.push(...(await rowsSince(context, binding, { since_id: Math.max(1, binding.after) }, signal)));
    }
    return rows;
  }

  return {
    /** When a binding was made meanwhile, the earlier messages of its chat are fetched and come first. */
    async rowsOf(frame: Envelope, signal: AbortSignal): Promise<readonly Incoming[]> {
      const what = Object.hasOwn(whatOf, frame.type) ? whatOf[frame.type] : undefined;
      if (what === undefined) return [];
      const bindings = await recentBindings(context.tools.state);
      const rows = await earlierRows(bindings, signal);
      const raw = frame.data['message'];
      const message = groupMessageShape.safeParse(raw);
      const binding = message.success ? bindings.get(message.data.chat_id) : undefined;
      if (!message.success || binding === undefined) return rows;
      const found = { message: message.data, raw, what, happenedAt: frame.meta?.timestamp };
      const row = await rowOf(context, binding, found);
      return row === null ? rows : [...rows, row];
    },
    /** Missed deletions are not found, because no list contains them. */
    async missed(since: Date | null, signal: AbortSignal): Promise<readonly Incoming[]> {
      known = await recentBindings(context.tools.state);
      if (since === null) return [];
      const rows: Incoming[] = [];
      for (const binding of known.values()) {
        rows.push(...(await rowsSince(context, binding, { since: since.toISOString() }, signal)));
      }
      return rows;
    },
  };
}

async function rowsSince(
  context: ConsoleContext,
  binding: Binding,
  from: { readonly since: string } | { readonly since_id: number },
  signal: AbortSignal,
): Promise<Incoming[]> {
  const rows: Incoming[] = [];
  const readPage = (bounds: MgQuery) => context.bot.rawMessages(bounds, signal);
  for (const raw of await readPages(readPage, { chat_id: binding.chatId, ...from })) {
    const message = groupMessageShape.safeParse(raw);
    if (!message.success || message.data.chat_id !== binding.chatId) continue;
    rows.push(...(await missedRows(context, binding, message.data, raw)));
  }
  return rows;
}

/** A missed message may be new, edited, failed, or several of these at once. */
async function missedRows(
  context: ConsoleContext,
  binding: Binding,
  message: GroupMessage,
  raw: unknown,
): Promise<Incoming[]> {
  const rows: Incoming[] = [];
  for (const what of ['new', 'edited'] as const) {
    // A message that is shown for the first time is shown with its present text.
    if (what === 'edited' && message.is_edit === true && (await portalMessageOf(context, message.id)) === null)
      continue;
    const row = await rowOf(context, binding, { message, raw, what });
    if (row !== null) rows.push({ ...row, caughtUp: true });
  }
  return rows;
}

/** A message that was heard or fetched. */
interface Found {
  readonly message: GroupMessage;
  /** As MessageGateway sent it. */
  readonly raw: unknown;
  readonly what: Showing['what'];
  /** The frame's timestamp. */
  readonly happenedAt?: number | null | undefined;
}

async function rowOf(context: ConsoleContext, binding: Binding, found: Found): Promise<Incoming | null> {
  const { message, raw } = found;
  const isOwn = message.from?.type === 'bot' && message.from.id === context.botId;
  const what = isOwn ? failureOf(found) : wantedOf(context, binding, found);
  if (what === null) return null;
  const portalMessageId = isOwn
    ? await originOfMessage(context, message.id)
    : await portalMessageOf(context, message.id);
  // Failures of messages that the console did not send are reported elsewhere.
  if (isOwn && portalMessageId === null) return null;
  const showing: Showing = { what, customer: binding.customer, channel: binding.channel, portalMessageId };
  return {
    conversation: { ref: binding.ref },
    ifKnown: true,
    dedupeKey: dedupeKeyOf(found, what),
    body: writeGroupRow(raw, showing),
  };
}

/** About the bot's own messages a group is told only that the customer did not get one. */
function failureOf({ message, what }: Found): 'failed' | null {
  return message.status === 'failed' && message.scope === 'public' && what !== 'deleted' ? 'failed' : null;
}

function wantedOf(context: ConsoleContext, binding: Binding, { message, what }: Found): Showing['what'] | null {
  if (message.type === 'system' || message.id <= binding.after) return null;
  if (message.scope !== 'public' && !context.settings.showStaffTalk) return null;
  // `message_updated` also reports every change of status.
  return what === 'edited' && message.is_edit !== true ? null : what;
}

/** A message is new once and fails once. Edits are told apart by their text, because lists do not say when an edit was made. */
function dedupeKeyOf({ message, happenedAt }: Found, what: Showing['what']): string {
  const key = `shown-${what}:${message.chat_id}:${message.id}`;
  if (what === 'edited')
    return `${key}:${hash('sha256', `${message.content ?? ''}\n${message.note ?? ''}`, 'base64url')}`;
  return what === 'deleted' || what === 'restored' ? `${key}:${happenedAt ?? ''}` : key;
}

async function portalMessageOf(context: ConsoleContext, messageId: number): Promise<string | null> {
  const shown = shownShape.safeParse(await context.tools.state.get(shownKey(messageId)));
  return shown.success ? shown.data.portalMessageId : null;
}
