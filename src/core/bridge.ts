/**
 * The heart of the rules: one event of a conversation in, the changed conversation and what to do about it out. Pure: no clock, no
 * I/O, so every rule is a row of a table in the tests. The `outcome` says in one stable word why, for whoever asks later.
 */
import { onBrain, onReceipt } from './brain-rules.ts';
import type { BridgeBot, Bridged } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { ChatEvent } from './events.ts';
import { onChange, onCommand, onJoined, onMessage, seen } from './home-rules.ts';

/** Applies one event. Never throws on an event our decoders can produce. */
export function bridge(event: ChatEvent, conversation: Conversation, bot: BridgeBot): Bridged {
  switch (event.type) {
    case 'message':
      return onMessage(event, seen(conversation, event), bot);
    case 'message_edited':
    case 'message_deleted':
      return onChange(event, conversation, bot);
    case 'joined':
    case 'context_opened':
      return onJoined(event, conversation, bot);
    case 'command':
      return onCommand(event, seen(conversation, event), bot);
    case 'reply':
    case 'reply_edited':
    case 'reply_deleted':
    case 'read':
    case 'typing':
    case 'handover':
    case 'taken_back':
    case 'finish':
      return onBrain(event, conversation, bot);
    case 'linked':
    case 'receipt':
      return onReceipt(event, conversation, bot);
  }
}
