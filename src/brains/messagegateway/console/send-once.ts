/**
 * Sends a message of the bot once, however often its delivery is repeated. The Bot API has no idempotency key, so the start of a send is
 * stored, and a repetition first looks for the message among those the bot has sent since.
 */
import { z } from 'zod';
import type { BotMessage } from '../api/bot-api.ts';
import { unescapeHtml } from '../api/html-text.ts';
import type { ConsoleContext } from './console-context.ts';

/** As long as the app keeps deliveries. Bitrix24 allows edits only for three days. */
export const keepDays = 7;

/** Clocks differ by less than this. */
const skewMs = 120_000;

/** How many of the bot's messages are searched. */
const maxSearched = 100;

const slotShape = z.object({ begunAt: z.iso.datetime(), id: z.int().nullable() });

/** The Bitrix24 message that a message of the bot came from. */
const originShape = z.object({ portalMessageId: z.string() });

const slotOf = (name: string): string => `sent-once:${name}`;
const originOf = (messageId: number): string => `origin:${messageId}`;

export interface Send {
  /** The same on every repetition of this send, and different for every other. */
  readonly name: string;
  /** The message in Bitrix24 it comes from. */
  readonly portalMessageId: string;
  readonly message: BotMessage;
}

/**
 * Returns MessageGateway's id of the message. Throws like the Bot API. Limit: a request that is still under way when the repetition searches
 * is not found, and the message is sent twice.
 */
export async function sendOnce(
  context: ConsoleContext,
  { name, portalMessageId, message }: Send,
  signal: AbortSignal,
): Promise<number> {
  const { state } = context.tools;
  const slot = slotShape.safeParse(await state.get(slotOf(name)));
  if (slot.success && slot.data.id !== null) return slot.data.id;
  const begunAt = slot.success ? slot.data.begunAt : context.clock.now().toISOString();
  const found = slot.success ? await findSent(context, message, new Date(begunAt), signal) : null;
  if (!slot.success) await state.put(slotOf(name), { begunAt, id: null }, keepDays);
  const id = found ?? (await context.bot.sendMessage(message, signal));
  await state.put(originOf(id), { portalMessageId }, keepDays);
  await state.put(slotOf(name), { begunAt, id }, keepDays);
  return id;
}

/** The Bitrix24 message that this message of the bot came from; null when the console did not send it. */
export async function originOfMessage(context: ConsoleContext, messageId: number): Promise<string | null> {
  const origin = originShape.safeParse(await context.tools.state.get(originOf(messageId)));
  return origin.success ? origin.data.portalMessageId : null;
}

/** The oldest message of the bot since then that has the same content and belongs to no other send. */
async function findSent(
  context: ConsoleContext,
  message: BotMessage,
  since: Date,
  signal: AbortSignal,
): Promise<number | null> {
  const { botId } = context;
  const filter = {
    chat_id: message.chat_id,
    bot_id: botId,
    scope: message.scope,
    since: new Date(since.getTime() - skewMs).toISOString(),
    limit: maxSearched,
  };
  const found = await context.bot.messages(filter, signal);
  const same = found
    .filter(({ chat_id: chat, scope }) => chat === message.chat_id && scope === message.scope)
    .filter((one) => one.from?.type === 'bot' && one.from.id === botId && isSame(one, message))
    .sort((a, b) => a.id - b.id);
  for (const { id } of same) if ((await originOfMessage(context, id)) === null) return id;
  return null;
}

/** Texts may come back trimmed and escaped; files come back by their ids. */
function isSame(
  found: {
    readonly content?: string | null | undefined;
    readonly note?: string | null | undefined;
    readonly items?: readonly { readonly id?: string | null | undefined }[] | null | undefined;
  },
  message: BotMessage,
): boolean {
  const text = (message.content ?? '') + (message.note ?? '');
  const items = (message.items ?? []).map(({ id }) => id).join();
  const foundItems = (found.items ?? []).map(({ id }) => id ?? '').join();
  return plain((found.content ?? '') + (found.note ?? '')) === plain(text) && foundItems === items;
}

function plain(text: string): string {
  return unescapeHtml(text).replaceAll(/\s+/g, ' ').trim();
}
