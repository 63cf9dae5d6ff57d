/** What events show about a chat: its kind, its language, its Open Channel session, and who leads that session. */

import type { ChatAction } from './actions.ts';
import { type Bridged, isBot, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { Chat, LineSession, PortalEvent } from './events.ts';
import { changeLead } from './who-leads.ts';

/** An event that describes its chat. */
export type ChatStateEvent = PortalEvent & { type: 'message' | 'joined' | 'context_opened' | 'command' };

/** An event about an existing message. */
export type ChangeEvent = PortalEvent & { type: 'message_edited' | 'message_deleted' };

type ChatStateUpdate = Pick<Bridged, 'conversation' | 'actions'>;

/**
 * Updates the kind of chat, the language and the Open Channel session. At a new session the portal has added the bot again, and the brain
 * leads, no matter who led the last one. The event that the bot has joined may arrive after an operator's first message, so it counts only while
 * no session is known.
 */
export function learnFrom(conversation: Conversation, event: ChatStateEvent, context: RuleContext): ChatStateUpdate {
  const { line } = event.chat;
  const isNew = line !== null && isLater(line, conversation);
  const sessionId = conversation.sessionId === null || isNew ? (line?.sessionId ?? null) : conversation.sessionId;
  const isFirstJoin = event.type === 'joined' && line !== null && conversation.sessionId === null;
  const known = {
    ...conversation,
    ...namesIn(event, conversation, context),
    kind: event.chat.kind,
    language: context.language ?? event.language,
    sessionId,
  };
  const led = isNew
    ? changeLead('session_began', { ...known, sessionLeader: '', choices: null }, context)
    : isFirstJoin
      ? changeLead('session_began', known, context)
      : { conversation: known, actions: [] };
  return { ...led, actions: [...startOf(event.chat, conversation, led.conversation, context), ...led.actions] };
}

/** Tells brains that want it, once for each session, that the session began. A supervisor only looks on. */
function startOf(
  chat: Chat,
  before: Conversation,
  { sessionId }: Conversation,
  { capabilities, type }: RuleContext,
): ChatAction[] {
  if (capabilities.sessions !== true || type === 'S' || sessionId === null || sessionId === before.sessionId) return [];
  return [toBrain({ type: 'session_started', sessionId, chat })];
}

/**
 * In every event of an Open Channel the portal names who leads the session: nobody, a bot of ours, or a person, who may have pressed
 * "Answer" without writing. A person named for the first time takes the conversation. One named before does not take it again: it may have
 * been given back to the bot since, which the portal does not know.
 */
export function applySessionLeader(
  conversation: Conversation,
  event: ChatStateEvent | ChangeEvent,
  context: RuleContext,
): ChatStateUpdate {
  const { line } = event.chat;
  if (line?.leaderId === undefined || isEarlier(line, conversation)) return { conversation, actions: [] };
  const isPerson = line.leaderId !== '0' && !(context.botIds ?? []).includes(line.leaderId);
  const leader = isPerson ? line.leaderId : '';
  if (leader === conversation.sessionLeader) return { conversation, actions: [] };
  const known = { ...conversation, sessionLeader: leader };
  return isPerson ? changeLead('operator_answered', known, context) : { conversation: known, actions: [] };
}

/** How people find the conversation: by the chat's title, by the person it is with, by its line. */
function namesIn(
  event: ChatStateEvent,
  { title, person }: Conversation,
  context: RuleContext,
): Pick<Conversation, 'title' | 'person' | 'lineId'> {
  const { chat } = event;
  const author = 'author' in event && event.author !== undefined && !isBot(event.author, context) ? event.author : null;
  const isTheirs = author?.kind === (chat.kind === 'line' ? 'client' : 'employee') && author.name !== '';
  return {
    title: chat.title === '' ? title : chat.title,
    person: chat.kind === 'group' ? '' : isTheirs ? author.name : person,
    lineId: chat.line?.lineId ?? null,
  };
}

/** The event belongs to an earlier session: it does not change who leads the current one. */
export function isOfEarlierSession({ line }: Chat, conversation: Conversation): boolean {
  return line !== null && isEarlier(line, conversation);
}

/** Session ids grow; a late event of the previous session must not restore that session. */
function isLater({ sessionId }: LineSession, conversation: Conversation): boolean {
  if (sessionId === null || conversation.sessionId === null) return false;
  const order = compareIds(sessionId, conversation.sessionId);
  return order > 0;
}

function isEarlier({ sessionId }: LineSession, conversation: Conversation): boolean {
  return sessionId !== null && conversation.sessionId !== null && compareIds(sessionId, conversation.sessionId) < 0;
}

/** Compares numbers by value, without a limit of size; other ids are only equal or different, and different counts as later. */
function compareIds(one: string, other: string): number {
  if (one === other) return 0;
  if (!/^\d+$/.test(one) || !/^\d+$/.test(other)) return 1;
  const [a, b] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
