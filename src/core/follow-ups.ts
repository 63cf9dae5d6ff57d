/** The rules for requests: sent at once when a person or a timer asks, and later when the brain wants to be asked. */
import { type Bridged, noop, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent, RequestEvent } from './events.ts';

/** The most follow-ups that may be pending for one conversation. */
const maxFollowUps = 50;

/** How far ahead a follow-up may be. */
const maxFollowUpMs = 90 * 86_400_000;

/** Characters of the id, of the name, and of the parameters as JSON. */
const maxLengths = { id: 200, name: 32, params: 16_384 };

/** Applies no matter who leads: a follow-up concerns only the brain, and what the brain says when it is due is judged then. */
export function onFollowUp(
  event: BrainEvent & { type: 'follow_up' | 'follow_up_cancelled' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  const { id } = event;
  if (event.type === 'follow_up_cancelled') {
    return { conversation, actions: [], outcome: 'follow_up_cancelled', followUps: [{ type: 'cancel', id }] };
  }
  const { name, params, afterMs } = event;
  if (!isAcceptable(event, context)) return noop(conversation, 'follow_up_refused');
  const dueAt = new Date(Date.parse(context.at) + Math.ceil(afterMs)).toISOString();
  return { conversation, actions: [], outcome: 'follow_up_set', followUps: [{ type: 'set', id, name, params, dueAt }] };
}

function isAcceptable(
  { id, name, params, afterMs }: BrainEvent & { type: 'follow_up' },
  { pendingFollowUps }: RuleContext,
): boolean {
  if (id === '' || id.length > maxLengths.id || name.length > maxLengths.name) return false;
  if (JSON.stringify(params).length > maxLengths.params) return false;
  if (!(afterMs >= 0 && afterMs <= maxFollowUpMs)) return false;
  return pendingFollowUps.length < maxFollowUps || pendingFollowUps.includes(id);
}

/** A request reaches the brain no matter who leads: its replies are judged when they come. */
export function onRequest(event: RequestEvent, conversation: Conversation): Bridged {
  const { id, name, params, by } = event;
  const action = toBrain({ type: 'request', id, name, params, by });
  return { conversation, actions: [action], outcome: 'requested' };
}
