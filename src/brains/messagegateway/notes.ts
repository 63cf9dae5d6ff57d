/** Private notes to managers, by the bot. MessageGateway has no key against doubles here (trap B-10), so a note is looked for first. */
import { unescapeHtml } from './html-text.ts';
import { MgRefused } from './mg-http.ts';
import type { Room } from './room.ts';

/** How many of the bot's own last notes are looked at. */
const lookBack = 20;

/**
 * Says it unless it is the last thing the bot said there in private: notes tell a state, and a state that was told last still holds. A
 * refusal is logged: nobody's message is lost with a note.
 */
export async function addNote(room: Room, chatId: number, text: string, signal: AbortSignal): Promise<void> {
  const { bot } = room.apis;
  const { botId } = room.config.joined.bot;
  const own = await bot.messages({ chat_id: chatId, bot_id: botId, scope: 'private', limit: lookBack }, signal);
  const last = own
    .filter(({ chat_id: chat }) => chat === chatId)
    .reduce<(typeof own)[number] | null>((latest, one) => (latest === null || one.id > latest.id ? one : latest), null);
  if (last !== null && plain(last.content ?? '') === plain(text)) return;
  try {
    await bot.sendMessage({ chat_id: chatId, scope: 'private', type: 'text', content: text }, signal);
  } catch (error) {
    if (!(error instanceof MgRefused)) throw error;
    room.tools.log('a note to managers was refused', { chat: chatId, status: error.status });
  }
}

/** Echoed texts may come back trimmed and escaped (trap S-01), so only what survives both is compared. */
function plain(text: string): string {
  return unescapeHtml(text).replaceAll(/\s+/g, ' ').trim();
}
