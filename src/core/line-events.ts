/** The rules for events of an Open Channel that name no bot: they come also while the bot is not in the chat. */
import { type Bridged, isBot, noop, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { PortalEvent } from './events.ts';
import { changeLead } from './who-leads.ts';

/** What comes so late may be of an earlier session, which the event does not name. */
const lateMs = 60_000;

/** An operator wrote to the customer: the conversation is theirs, also where no bot was told the message. */
export function onOperatorWrote(
  event: PortalEvent & { type: 'operator_wrote' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  if (conversation.kind !== 'line') return noop(conversation, 'ignored_unsupported');
  if (isBot(event.author, context)) return noop(conversation, 'ignored_bot');
  // The bot's own event of this message decides: the lead may have been given back since.
  if (context.isHeard) return noop(conversation, 'ignored_told_before');
  if (isLate(event, context)) return noop(conversation, 'ignored_told_before');
  return { ...changeLead('operator_wrote', conversation, context), outcome: 'ignored_operator' };
}

const isLate = ({ sentAt }: { readonly sentAt: string | null }, { at }: RuleContext): boolean =>
  sentAt !== null && Date.parse(at) - Date.parse(sentAt) > lateMs;

/**
 * Nobody waits any more, and nothing offered can be chosen; a brain that wants to know is told, unless it is late. Who leads stays as it is until the next session shows itself: the event names no
 * session, and may be late.
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
