/**
 * Silence of the brain: where a customer of an Open Channel has waited for an answer longer than the bot's limit, people are called, and the
 * customer is told so. Whether the brain is down, or just does not answer, makes no difference to the customer.
 */
import type { ChatAction } from './actions.ts';
import { botTexts } from './bot-texts.ts';
import { handOver } from './brain-rules.ts';
import { type Bridged, noop, plainSend, type RuleContext, toPortal } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { ChatEvent } from './events.ts';

/** Applied to the result of every rule. */
export function watchSilence(event: ChatEvent, bridged: Bridged, context: RuleContext): Bridged {
  const { conversation } = bridged;
  const waitingSince = waitingAfter(event, bridged, context);
  const left = timeLeft(waitingSince, context);
  if (left === null || isTimed(conversation, context)) {
    return waitingSince === conversation.waitingSince
      ? bridged
      : { ...bridged, conversation: { ...conversation, waitingSince } };
  }
  const silenceTimerAt = new Date(Date.parse(context.at) + left).toISOString();
  const timer: ChatAction = { target: 'app', action: { type: 'silence_timer' }, delayMs: left };
  return {
    ...bridged,
    conversation: { ...conversation, waitingSince, silenceTimerAt },
    actions: [...bridged.actions, timer],
  };
}

/** Since when the customer waits, after this event. The first message without an answer counts, not the last. */
function waitingAfter(
  event: ChatEvent,
  { conversation, outcome }: Bridged,
  { callPersonAfterMinutes = null, at }: RuleContext,
): string | null {
  const isWatched = callPersonAfterMinutes !== null && conversation.kind === 'line' && conversation.owner === 'brain';
  if (!isWatched || event.type === 'finish') return null;
  const isSaid = event.type === 'message_ordered' || (event.type === 'reply' && !event.isInternal);
  if (isSaid && outcome === 'answered') return null;
  const isAsked = outcome === 'forwarded' || outcome === 'forwarded_later' || outcome === 'chosen';
  const isQuestion = (event.type === 'message' || event.type === 'command') && isAsked;
  return isQuestion ? (conversation.waitingSince ?? at) : conversation.waitingSince;
}

/** A silence timer is due. It may be early, because the customer may have got an answer and asked again. */
export function onSilenceTimer(before: Conversation, context: RuleContext): Bridged {
  const conversation = { ...before, silenceTimerAt: null };
  const left = conversation.owner === 'brain' ? timeLeft(conversation.waitingSince, context) : null;
  if (left === null || left > 0) return noop(conversation, 'noted');
  const texts = botTexts(conversation.language).silence;
  const handed = handOver('brain_silent', conversation, context, {
    words: texts.note(context.callPersonAfterMinutes ?? 0),
  });
  const told = toPortal({ ...plainSend(texts.toCustomer), internal: false });
  return { ...handed, actions: [told, ...handed.actions], outcome: 'handed_over_after_silence' };
}

/** Milliseconds until people are called; null when nobody waits. */
function timeLeft(waitingSince: string | null, { callPersonAfterMinutes = null, at }: RuleContext): number | null {
  if (callPersonAfterMinutes === null || waitingSince === null) return null;
  return Math.max(0, Date.parse(waitingSince) + callPersonAfterMinutes * 60_000 - Date.parse(at));
}

/** A timer this late counts as lost: its bot was removed and added again meanwhile. */
const lostAfterMs = 600_000;

function isTimed({ silenceTimerAt }: Conversation, { at }: RuleContext): boolean {
  return silenceTimerAt !== null && Date.parse(at) < Date.parse(silenceTimerAt) + lostAfterMs;
}
