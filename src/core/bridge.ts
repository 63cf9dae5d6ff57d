/**
 * The heart of the rules: one event of a conversation and its moment in, the changed conversation and what to do about it out. Pure: no
 * clock, no I/O, so every rule is a row of a table in the tests. The `outcome` says in one stable word why, for whoever asks later.
 */
import { onBrain, onReceipt } from './brain-rules.ts';
import type { BridgeBot, Bridged, Known, Scene } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { ChatEvent } from './events.ts';
import { onGreetingDue } from './greeting.ts';
import { onChange, onCommand, onJoined, onMessage } from './home-rules.ts';
import { type ChangeEvent, ledAsShown, type SightEvent, seen } from './line-session.ts';
import { onTimePassed } from './silence.ts';

/**
 * Applies one event. Never throws on an event our decoders can produce.
 *
 * @param at when the event reached us
 * @param known what was looked up for this event
 */
export function bridge(
  event: ChatEvent,
  conversation: Conversation,
  bot: BridgeBot,
  at: Date,
  { parts = [], isTold = false, fate }: Known = {},
): Bridged {
  const scene: Scene = { ...bot, at: at.toISOString(), parts, isTold, fate: fate ?? null };
  switch (event.type) {
    case 'message':
    case 'joined':
    case 'context_opened':
    case 'command':
      return onSight(event, conversation, scene);
    case 'message_edited':
    case 'message_deleted':
      return onChangeSeen(event, conversation, scene);
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
      return onBrain(event, conversation, scene);
    case 'linked':
    case 'receipt':
    case 'change_refused':
      return onReceipt(event, conversation, scene);
    case 'greeting_due':
      return onGreetingDue(event, conversation, scene);
    case 'time_passed':
      return onTimePassed(conversation, scene);
  }
}

/** What an event of the portal teaches comes first, then what it means. */
function onSight(event: SightEvent, conversation: Conversation, scene: Scene): Bridged {
  const known = seen(conversation, event, scene);
  const led = ledAsShown(known.conversation, event, scene);
  const isFirst = conversation.sessionId === null;
  const bridged = onKnown(event, led.conversation, scene, isFirst);
  return { ...bridged, actions: [...known.actions, ...led.actions, ...bridged.actions] };
}

function onChangeSeen(event: ChangeEvent, conversation: Conversation, scene: Scene): Bridged {
  const led = ledAsShown(conversation, event, scene);
  const bridged = onChange(event, led.conversation, scene);
  return { ...bridged, actions: [...led.actions, ...bridged.actions] };
}

function onKnown(event: SightEvent, conversation: Conversation, scene: Scene, isFirst: boolean): Bridged {
  if (event.type === 'message') return onMessage(event, conversation, scene, isFirst);
  return event.type === 'command' ? onCommand(event, conversation, scene) : onJoined(event.chat, conversation, scene);
}
