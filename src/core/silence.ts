/** The silence of people: after so long without a word of theirs the brain leads again. Nobody is talked over: every word begins the time anew. */
import type { ChatAction } from './actions.ts';
import { type Bridged, noop, note, type RuleContext, setOwner } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { PortalEvent } from './events.ts';
import { phrases } from './texts.ts';

type Watched = Pick<Bridged, 'conversation' | 'actions'>;

/**
 * Somebody was heard while a person leads: an employee's word begins the silence anew. In an Open Channel nothing is watched before
 * that: there the bot may have been taken out of the chat, and would take people for silent whom it cannot hear.
 */
export function heardWhilePersonLeads(
  conversation: Conversation,
  event: PortalEvent & { type: 'message' },
  context: RuleContext,
): Watched {
  if (conversation.owner !== 'person' || context.giveBackAfterMinutes === null) return { conversation, actions: [] };
  const isTheirs = event.author.kind === 'employee';
  const known =
    isTheirs || !conversation.hasInactivityTimer ? { ...conversation, quietSince: context.at } : conversation;
  return armInactivityTimer(known, context);
}

/** Asks to be reminded when the silence will have been long enough; once, however often it is called. */
export function armInactivityTimer(conversation: Conversation, context: RuleContext): Watched {
  const left = timeLeft(conversation, context);
  if (conversation.owner !== 'person' || conversation.hasInactivityTimer || left === null)
    return { conversation, actions: [] };
  return { conversation: { ...conversation, hasInactivityTimer: true }, actions: [lookAgain(left)] };
}

/** The reminder has come. It may come early, and late: only what was heard decides. */
export function onTimePassed(before: Conversation, context: RuleContext): Bridged {
  const conversation = { ...before, hasInactivityTimer: false };
  const left = timeLeft(conversation, context);
  if (conversation.owner === 'brain' || left === null) return noop(conversation, 'noted');
  if (left > 0) return { ...armInactivityTimer(conversation, context), outcome: 'noted' };
  const taken = setOwner(conversation, 'brain', context);
  const words = phrases(conversation.language).handedBackAfter(context.giveBackAfterMinutes ?? 0);
  return { ...taken, actions: [...taken.actions, note(words)], outcome: 'handed_back_after_silence' };
}

/** Milliseconds of silence that are still to come; null when nobody counts them. */
function timeLeft({ quietSince }: Conversation, { giveBackAfterMinutes, at }: RuleContext): number | null {
  if (giveBackAfterMinutes === null || quietSince === null) return null;
  return Math.max(0, Date.parse(quietSince) + giveBackAfterMinutes * 60_000 - Date.parse(at));
}

function lookAgain(delayMs: number): ChatAction {
  return { target: 'app', action: { type: 'inactivity_timer' }, delayMs };
}
