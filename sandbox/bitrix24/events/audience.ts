/** Which bots hear of a message. */
import { mentionedIds } from '../mentions.ts';
import type { Bot, Chat, PortalState } from '../state.ts';

/**
 * Bots never hear what bots say. Private: the peer. Open Channel chats: every member bot that supports lines. Other chats: member
 * bots named in the text, and every member supervisor or personal bot.
 */
export function botsForMessage(state: PortalState, chat: Chat, authorId: number, text: string): Bot[] {
  if (state.bots.has(authorId)) return [];
  const members = [...chat.members].flatMap((id) => state.bots.get(id) ?? []).sort((a, b) => a.id - b.id);
  if (chat.type === 'P') return members;
  if (chat.entityType === 'LINES') return members.filter((bot) => bot.openline);
  const mentioned = new Set(mentionedIds(text));
  return members.filter((bot) => bot.type === 'S' || bot.type === 'P' || mentioned.has(bot.id));
}

/**
 * Which bots hear of an edit or a deletion. Outside private chats the portal does not look whose message it was: bots hear of what bots
 * have changed, each of its own changes too.
 */
export function botsForChange(state: PortalState, chat: Chat, authorId: number, text: string): Bot[] {
  return botsForMessage(state, chat, chat.type === 'P' ? authorId : 0, text);
}

/** The same bots by owner; those in fetch mode are left to the event log. */
export function webhookBotsByOwner(bots: readonly Bot[]): Map<string, Bot[]> {
  const byOwner = new Map<string, Bot[]>();
  for (const bot of bots) {
    if (bot.eventMode === 'fetch') continue;
    const list = byOwner.get(bot.appId) ?? [];
    list.push(bot);
    byOwner.set(bot.appId, list);
  }
  return byOwner;
}
