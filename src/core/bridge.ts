/**
 * The rules in one function: takes one event of a conversation and its time, returns the changed conversation and the actions to take. Pure:
 * no clock, no I/O, so every rule is a row of a table in the tests. The `outcome` says why in one stable word, which `trace` shows.
 */
import { onBrainEvent, onReceipt } from './brain-rules.ts';
import { type BridgeBot, type Bridged, noop, type RuleContext, type StoredFacts } from './bridge-result.ts';
import { changeWaiting, collectBurst, isWaiting, onBurstTimer } from './burst.ts';
import { onChange } from './change-rules.ts';
import { withoutOffer } from './choices.ts';
import { onContextOpened } from './context-opened.ts';
import type { Conversation } from './conversation.ts';
import type { ChatEvent } from './events.ts';
import { onRequest } from './follow-ups.ts';
import { onGreetingDue } from './greeting.ts';
import { onInactivityTimer } from './inactivity.ts';
import { onOperatorWrote, onSessionFinished } from './line-events.ts';
import { applySessionLeader, type ChangeEvent, type ChatStateEvent, learnFrom } from './line-session.ts';
import { onPageOrder } from './page-orders.ts';
import { onCommand, onJoined, onMessage } from './portal-rules.ts';
import { onReaction } from './reaction-rules.ts';
import { onSilenceTimer, watchSilence } from './silence.ts';
import { limitTurns } from './turn-rate.ts';

/**
 * Applies one event. Never throws on an event our decoders can produce.
 *
 * @param at when the event reached us
 * @param known stored facts that were read for this event
 */
export function bridge(
  event: ChatEvent,
  conversation: Conversation,
  bot: BridgeBot,
  {
    at,
    parts = [],
    isKnownToBrain = false,
    isHeard = false,
    fate,
    joined,
    pendingFollowUps = [],
  }: StoredFacts & { readonly at: Date },
): Bridged {
  const facts = { parts, isKnownToBrain, isHeard, fate: fate ?? null, joined: joined ?? null, pendingFollowUps };
  const context: RuleContext = { ...bot, at: at.toISOString(), ...facts };
  const bridged = limitTurns(event, applyEvent(event, conversation, context), { ...context, before: conversation });
  return watchSilence(event, collectBurst(bridged, context), context);
}

function applyEvent(event: ChatEvent, conversation: Conversation, context: RuleContext): Bridged {
  switch (event.type) {
    case 'message':
    case 'joined':
    case 'context_opened':
    case 'command':
      return applyChatEvent(event, conversation, context);
    case 'message_edited':
    case 'message_deleted':
      return applyChange(event, conversation, context);
    case 'reaction_changed':
      return onReaction(event, conversation, context);
    case 'operator_wrote':
      return onOperatorWrote(event, conversation, context);
    case 'session_finished':
      return onSessionFinished(event, conversation, context);
    case 'reply':
    case 'reply_edited':
    case 'reply_deleted':
    case 'reply_failed':
    case 'read':
    case 'reacted':
    case 'typing':
    case 'handover':
    case 'taken_back':
    case 'finish':
    case 'follow_up':
    case 'follow_up_cancelled':
      return onBrainEvent(event, conversation, context);
    case 'linked':
    case 'receipt':
    case 'change_refused':
      return onReceipt(event, conversation, context);
    case 'offer_refused':
      return noop(withoutOffer(conversation, event.offer), 'noted');
    case 'lead_ordered':
    case 'message_ordered':
      return onPageOrder(event, conversation, context);
    case 'requested':
      return onRequest(event, conversation);
    case 'greeting_due':
      return onGreetingDue(event, conversation, context);
    case 'inactivity_timer_due':
      return onInactivityTimer(conversation, context);
    case 'burst_timer_due':
      return onBurstTimer(conversation, context);
    case 'silence_timer_due':
      return onSilenceTimer(conversation, context);
  }
}

/** First updates what is known about the chat, then applies the event itself. */
function applyChatEvent(event: ChatStateEvent, conversation: Conversation, context: RuleContext): Bridged {
  const known = learnFrom(conversation, event, context);
  const led = applySessionLeader(known.conversation, event, context);
  const isFirst = conversation.sessionId === null;
  const bridged = applyRule(event, led.conversation, context, isFirst);
  return { ...bridged, actions: [...known.actions, ...led.actions, ...bridged.actions] };
}

function applyChange(event: ChangeEvent, conversation: Conversation, context: RuleContext): Bridged {
  const led = applySessionLeader(conversation, event, context);
  const isHere = led.conversation.owner === 'brain' && isWaiting(led.conversation, event.messageId);
  const change = isHere ? changeWaiting : onChange;
  const bridged = change(event, led.conversation, context);
  return { ...bridged, actions: [...led.actions, ...bridged.actions] };
}

function applyRule(event: ChatStateEvent, conversation: Conversation, context: RuleContext, isFirst: boolean): Bridged {
  if (event.type === 'message') return onMessage(event, conversation, context, isFirst);
  if (event.type === 'command') return onCommand(event, conversation, context);
  if (event.type === 'context_opened') return onContextOpened(event, conversation, context);
  return onJoined(event.chat, conversation, context);
}
