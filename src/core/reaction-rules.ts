/** The rules for reactions: reactions of people in Bitrix24 reach brains that want them; for people behind a brain, the bot reacts. */
import type { PortalAction } from './actions.ts';
import { type Bridged, isBot, noop, type RuleContext, toBrain, toPortal } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent, PortalEvent } from './events.ts';
import type { KnownReaction } from './reactions.ts';

/** A person put a reaction on a message of the bot, or took it back. */
export function onReaction(
  event: PortalEvent & { type: 'reaction_changed' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  const { reaction, isOn, author, chat } = event;
  const { capabilities, parts } = context;
  if (isBot(author, context)) return noop(conversation, 'ignored_bot');
  // In an Open Channel the brain talks with the customer: what operators think of an answer is among themselves.
  if (chat.kind === 'line' && author.kind !== 'client') return noop(conversation, 'ignored_operator');
  if (capabilities.reactions !== true || reaction === null) return noop(conversation, 'ignored_unsupported');
  if (conversation.owner === 'person' && capabilities.mirrors !== true)
    return noop(conversation, 'ignored_person_owns');
  // The brain knows its message by the last part, which the receipt named. Without a known part, it is not a message of this conversation.
  const last = parts.at(-1);
  if (last === undefined || last.internal) return noop(conversation, 'ignored_unknown_message');
  const { messageId, remoteMessageId = null } = last;
  const action = toBrain({ type: 'reaction', messageId, remoteMessageId, reaction, isOn, author, chat });
  return { conversation, actions: [action], outcome: 'forwarded_reaction' };
}

/** The bot reacts on behalf of all people behind the brain, also while a person leads: that interrupts nobody. */
export function onReacted(
  { portalMessageId: messageId, added, removed }: BrainEvent & { type: 'reacted' },
  conversation: Conversation,
  { parts, isKnownToBrain }: RuleContext,
): Bridged {
  // The portal is sent only the message id: without this check, the bot would react in any chat it is in.
  if (parts.length === 0 && !isKnownToBrain) return noop(conversation, 'ignored_unknown_message');
  const of =
    (isOn: boolean) =>
    (reaction: KnownReaction): PortalAction => ({ type: 'react', messageId, reaction, isOn });
  const actions = [...removed.map(of(false)), ...added.map(of(true))];
  return { conversation, actions: actions.map(toPortal), outcome: 'answered' };
}
