/** Which bots receive the events of a message. */
import { mentionedIds } from '../mentions.ts';
import type { Bot, Chat, PortalState } from '../state.ts';

/**
 * No bot receives the messages of another bot. Private chat: the bot in it. Open Channel chat: every member bot that supports Open
 * Channels. Other chats: member bots mentioned in the text, and every member that is a supervisor or a personal bot.
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
 * Which bots receive an edit or a deletion. Outside private chats the portal does not check who wrote the message: bots are told of
 * changes made by bots, including their own.
 */
export function botsForChange(state: PortalState, chat: Chat, authorId: number, text: string): Bot[] {
  return botsForMessage(state, chat, chat.type === 'P' ? authorId : 0, text);
}

/** The given bots that use webhooks, grouped by owner. Bots in fetch mode are left out: their events go to the event log. */
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
