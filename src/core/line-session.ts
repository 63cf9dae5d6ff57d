/** What events teach about a chat: its kind, its language, its Open Channel session, and who leads that session. */
import { type Bridged, type RuleContext, setOwner, take } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { Chat, LineSession, PortalEvent } from './events.ts';

/** An event that shows the chat it happened in. */
export type SightEvent = PortalEvent & { type: 'message' | 'joined' | 'context_opened' | 'command' };

/** An event about a message that was there before. */
export type ChangeEvent = PortalEvent & { type: 'message_edited' | 'message_deleted' };

type Learned = Pick<Bridged, 'conversation' | 'actions'>;

/**
 * The kind of chat, the language, and whether a new Open Channel session has begun: then the portal has put the bot into it afresh, and the
 * brain leads again, whoever led the last one. The news that the bot has joined may come late, behind an operator's first words; so it
 * counts only where no session is known yet.
 */
export function learnFrom(conversation: Conversation, event: SightEvent, context: RuleContext): Learned {
  const { line } = event.chat;
  const isNew = line !== null && isLater(line, conversation);
  const sessionId = conversation.sessionId === null || isNew ? (line?.sessionId ?? null) : conversation.sessionId;
  const isFirstJoin = event.type === 'joined' && line !== null && conversation.sessionId === null;
  const known = { ...conversation, kind: event.chat.kind, language: event.language, sessionId };
  if (isNew) return setOwner({ ...known, sessionLeader: '' }, 'brain', context);
  return isFirstJoin ? setOwner(known, 'brain', context) : { conversation: known, actions: [] };
}

/**
 * The portal shows in every event of an Open Channel who leads the session: nobody or a bot of ours, or a person, who may have pressed
 * "Answer" without a word. A person who is shown for the first time takes the conversation. One who was shown before does not take it
 * again: somebody may have given it back to the bot since, which the portal does not know.
 */
export function ledAsShown(conversation: Conversation, event: SightEvent | ChangeEvent, context: RuleContext): Learned {
  const { line } = event.chat;
  if (line?.leaderId === undefined || isEarlier(line, conversation)) return { conversation, actions: [] };
  const isPerson = line.leaderId !== '0' && !(context.botIds ?? []).includes(line.leaderId);
  const leader = isPerson ? line.leaderId : '';
  if (leader === conversation.sessionLeader) return { conversation, actions: [] };
  const known = { ...conversation, sessionLeader: leader };
  return isPerson ? take(known, context) : { conversation: known, actions: [] };
}

/** Of a session that is over: it takes nothing from whoever leads the present one. */
export function isOfEarlierSession({ line }: Chat, conversation: Conversation): boolean {
  return line !== null && isEarlier(line, conversation);
}

/** Session ids grow; an event that was overtaken by the next session must not bring the last one back. */
function isLater({ sessionId }: LineSession, conversation: Conversation): boolean {
  if (sessionId === null || conversation.sessionId === null) return false;
  const order = compareIds(sessionId, conversation.sessionId);
  return order > 0;
}

function isEarlier({ sessionId }: LineSession, conversation: Conversation): boolean {
  return sessionId !== null && conversation.sessionId !== null && compareIds(sessionId, conversation.sessionId) < 0;
}

/** Numbers by their value, without limits of size; anything else only tells equal from different, and different counts as later. */
function compareIds(one: string, other: string): number {
  if (one === other) return 0;
  if (!/^\d+$/.test(one) || !/^\d+$/.test(other)) return 1;
  const [a, b] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
