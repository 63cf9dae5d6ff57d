/** The rules for events of an Open Channel that name no bot: they come also while the bot is not in the chat. */
import { type Bridged, isBot, noop, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { PortalEvent } from './events.ts';
import { changeLead } from './who-leads.ts';

/** An event this late may belong to an earlier session; the event names none. */
const lateMs = 60_000;

/** An operator wrote to the customer and now leads the conversation, even if no bot received the message. */
export function onOperatorWrote(
  event: PortalEvent & { type: 'operator_wrote' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  if (conversation.kind !== 'line') return noop(conversation, 'ignored_unsupported');
  if (isBot(event.author, context)) return noop(conversation, 'ignored_bot');
  // The bot's own event of this message has decided already: the lead may have been given back since.
  if (context.isHeard) return noop(conversation, 'ignored_told_before');
  if (isLate(event, context)) return noop(conversation, 'ignored_told_before');
  return { ...changeLead('operator_wrote', conversation, context), outcome: 'ignored_operator' };
}

const isLate = ({ sentAt }: { readonly sentAt: string | null }, { at }: RuleContext): boolean =>
  sentAt !== null && Date.parse(at) - Date.parse(sentAt) > lateMs;

/**
 * Nobody waits any more, and offered choices end; a brain that wants to know is told, unless the event is late. Who leads does not change
 * until another event shows the next session: this one names no session, and may be late.
 */
export function onSessionFinished(
  event: PortalEvent & { type: 'session_finished' },
  before: Conversation,
  context: RuleContext,
): Bridged {
  const conversation = { ...before, waitingSince: null, choices: null };
  const { kind, sessionId } = conversation;
  const isTold = context.capabilities.sessions === true && kind === 'line' && context.type !== 'S';
  if (!isTold || isLate(event, context)) return noop(conversation, 'noted');
  const action = toBrain({ type: 'session_finished', sessionId, at: event.sentAt ?? context.at });
  return { conversation, actions: [action], outcome: 'noted' };
}
