/**
 * Inactivity: after a configured time without a message of the people who lead, the brain leads again. Every message of theirs restarts the
 * time.
 */
import type { ChatAction } from './actions.ts';
import { botTexts } from './bot-texts.ts';
import { type Bridged, noop, note, type RuleContext } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { PortalEvent } from './events.ts';
import { changeLead } from './who-leads.ts';

type InactivityUpdate = Pick<Bridged, 'conversation' | 'actions'>;

/**
 * A message arrived while a person leads: an employee's message restarts the inactivity time. In an Open Channel the time is not measured
 * before the first message the bot receives: it may have been taken out of the chat, and would count people as inactive whose messages it
 * cannot see.
 */
export function restartInactivity(
  conversation: Conversation,
  event: PortalEvent & { type: 'message' },
  context: RuleContext,
): InactivityUpdate {
  if (conversation.owner !== 'person' || context.giveBackAfterMinutes === null) return { conversation, actions: [] };
  const isTheirs = event.author.kind === 'employee';
  const known =
    isTheirs || !conversation.hasInactivityTimer ? { ...conversation, inactiveSince: context.at } : conversation;
  return armInactivityTimer(known, context);
}

/** Requests a timer for the end of the inactivity time; only one is pending at a time. */
export function armInactivityTimer(conversation: Conversation, context: RuleContext): InactivityUpdate {
  const left = timeLeft(conversation, context);
  if (conversation.owner !== 'person' || conversation.hasInactivityTimer || left === null)
    return { conversation, actions: [] };
  return { conversation: { ...conversation, hasInactivityTimer: true }, actions: [inactivityTimerIn(left)] };
}

/** An inactivity timer is due. It may be early or late: only the time of the last message counts. */
export function onInactivityTimer(before: Conversation, context: RuleContext): Bridged {
  const conversation = { ...before, hasInactivityTimer: false };
  const left = timeLeft(conversation, context);
  if (conversation.owner === 'brain' || left === null) return noop(conversation, 'noted');
  if (left > 0) return { ...armInactivityTimer(conversation, context), outcome: 'noted' };
  const taken = changeLead('people_inactive', conversation, context);
  const words = botTexts(conversation.language).handedBackAfter(context.giveBackAfterMinutes ?? 0);
  return { ...taken, actions: [...taken.actions, note(words)], outcome: 'handed_back_after_silence' };
}

/** Milliseconds left until the inactivity time is over; null when it is not measured. */
function timeLeft({ inactiveSince }: Conversation, { giveBackAfterMinutes, at }: RuleContext): number | null {
  if (giveBackAfterMinutes === null || inactiveSince === null) return null;
  return Math.max(0, Date.parse(inactiveSince) + giveBackAfterMinutes * 60_000 - Date.parse(at));
}

function inactivityTimerIn(delayMs: number): ChatAction {
  return { target: 'app', action: { type: 'inactivity_timer' }, delayMs };
}
