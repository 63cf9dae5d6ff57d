/** Private notes of the bot to managers. Sending is not idempotent there, so earlier notes are read first. */

import { unescapeHtml } from '../api/html-text.ts';
import { MgRefused } from '../api/mg-http.ts';
import type { MgContext } from '../context.ts';

/** How far back earlier notes are read: longer than a delivery is repeated. The whole list is read, because its order is not guaranteed. */
const lookBackMs = 24 * 3_600_000;
const mostNotes = 1_000;

export interface Note {
  readonly text: string;
  /** How all notes on the same subject begin; empty for notes about the state of the chat. */
  readonly heading: string;
  /** True: no other note has this heading, so a note with it means that this one has been sent. False: only an identical last note means that. */
  readonly isOnce: boolean;
  /** The message of MessageGateway it is about. */
  readonly quote?: number;
}

/** Sends the note unless it has been sent. A refusal is only logged, because no message of a customer is lost with a note. */
export async function addNote(context: MgContext, chatId: number, note: Note, signal: AbortSignal): Promise<void> {
  const { bot } = context.apis;
  const earlier = await ownNotes(context, chatId, signal);
  const last = earlier.find((text) => text.startsWith(plain(note.heading)));
  if (last !== undefined && (note.isOnce || last === plain(note.text))) return;
  try {
    const { text: content, quote } = note;
    const quoting = quote === undefined ? {} : { quote_message_id: quote };
    await bot.sendMessage({ chat_id: chatId, scope: 'private', type: 'text', content, ...quoting }, signal);
  } catch (error) {
    if (!(error instanceof MgRefused)) throw error;
    // The refusal may be about the quote; then the note is sent without it.
    if (note.quote !== undefined) return await addNote(context, chatId, withoutQuote(note), signal);
    context.tools.log('a note to managers was refused', { chat: chatId, status: error.status });
  }
}

function withoutQuote({ text, heading, isOnce }: Note): Note {
  return { text, heading, isOnce };
}

/** The texts of the bot's own notes, newest first. */
async function ownNotes(context: MgContext, chatId: number, signal: AbortSignal): Promise<readonly string[]> {
  const since = new Date(context.clock.now().getTime() - lookBackMs).toISOString();
  const filter = {
    chat_id: chatId,
    bot_id: context.config.joined.bot.botId,
    scope: 'private',
    since,
    limit: mostNotes,
  };
  const found = await context.apis.bot.messages(filter, signal);
  return found
    .filter(({ chat_id: chat }) => chat === chatId)
    .toSorted((a, b) => b.id - a.id)
    .map(({ content }) => plain(content ?? ''));
}

/** Texts may come back trimmed and escaped, so only what survives both is compared. */
function plain(text: string): string {
  return unescapeHtml(text).replaceAll(/\s+/g, ' ').trim();
}
