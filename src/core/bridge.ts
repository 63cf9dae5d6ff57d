/**
 * The heart of the rules: one event of a conversation and its moment in, the changed conversation and what to do about it out. Pure: no
 * clock, no I/O, so every rule is a row of a table in the tests. The `outcome` says in one stable word why, for whoever asks later.
 */
import { onBrain, onReceipt } from './brain-rules.ts';
import type { BridgeBot, Bridged, Known, RuleContext } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { ChatEvent } from './events.ts';
import { onGreetingDue } from './greeting.ts';
import { type ChangeEvent, learnFrom, ledAsShown, type SightEvent } from './line-session.ts';
import { onChange, onCommand, onJoined, onMessage } from './portal-rules.ts';
import { onTimePassed } from './silence.ts';

/**
 * Applies one event. Never throws on an event our decoders can produce.
 *
 * The last parameter: when the event reached us (`at`), and what was looked up for it.
 */
export function bridge(
  event: ChatEvent,
  conversation: Conversation,
  bot: BridgeBot,
  { at, parts = [], isTold = false, fate }: Known & { readonly at: Date },
): Bridged {
  const context: RuleContext = { ...bot, at: at.toISOString(), parts, isTold, fate: fate ?? null };
  switch (event.type) {
    case 'message':
    case 'joined':
    case 'context_opened':
    case 'command':
      return onEventSeen(event, conversation, context);
    case 'message_edited':
    case 'message_deleted':
      return onChangeSeen(event, conversation, context);
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
      return onBrain(event, conversation, context);
    case 'linked':
    case 'receipt':
    case 'change_refused':
      return onReceipt(event, conversation, context);
    case 'greeting_due':
      return onGreetingDue(event, conversation, context);
    case 'time_passed':
      return onTimePassed(conversation, context);
  }
}

/** What an event of the portal teaches comes first, then what it means. */
function onEventSeen(event: SightEvent, conversation: Conversation, context: RuleContext): Bridged {
  const known = learnFrom(conversation, event, context);
  const led = ledAsShown(known.conversation, event, context);
  const isFirst = conversation.sessionId === null;
  const bridged = onKnown(event, led.conversation, context, isFirst);
  return { ...bridged, actions: [...known.actions, ...led.actions, ...bridged.actions] };
}

function onChangeSeen(event: ChangeEvent, conversation: Conversation, context: RuleContext): Bridged {
  const led = ledAsShown(conversation, event, context);
  const bridged = onChange(event, led.conversation, context);
  return { ...bridged, actions: [...led.actions, ...bridged.actions] };
}

function onKnown(event: SightEvent, conversation: Conversation, context: RuleContext, isFirst: boolean): Bridged {
  if (event.type === 'message') return onMessage(event, conversation, context, isFirst);
  return event.type === 'command'
    ? onCommand(event, conversation, context)
    : onJoined(event.chat, conversation, context);
}
