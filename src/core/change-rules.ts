/** The rules for edits and deletions of messages in Bitrix24. */
import { brainParts } from './brain-words.ts';
import { type Bridged, isOurBot, noop, type Outcome, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { ChangeEvent } from './line-session.ts';
import { isOverheard, onMessage } from './portal-rules.ts';

/** An edit or a deletion, for brains that support it. */
export function onChange(event: ChangeEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (isOurBot(event.author, context)) return noop(conversation, 'ignored_bot');
  if (event.isHidden === true) return noop(conversation, 'ignored_hidden_note');
  if (event.chat.kind === 'group') return onGroupChange(event, conversation, context);
  const silence = reasonToIgnoreChange(event, conversation);
  // A change of a message that the brain was never sent, for example a hidden note of an older portal, is not sent either.
  const isShown = context.capabilities.mirrors === true && context.isKnownToBrain;
  if (silence !== null && !isShown) return noop(conversation, silence);
  return passChange(event, conversation, context, silence);
}

/** In groups, a message that never mentioned the bot stays in the portal; an edit that mentions it is treated as a new message, once. */
function onGroupChange(event: ChangeEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (conversation.owner === 'person') return noop(conversation, 'ignored_person_owns');
  if (!context.isKnownToBrain) {
    return event.type === 'message_edited' && event.mentionsBot
      ? onMessage({ ...event, type: 'message', files: [], quoteOf: null }, conversation, context)
      : noop(conversation, 'ignored_not_mentioned');
  }
  const isMeant = event.type === 'message_deleted' || event.mentionsBot || isOverheard(conversation, context);
  return isMeant ? passChange(event, conversation, context, null) : noop(conversation, 'ignored_not_mentioned');
}

/** @param silence why the brain must not react to the change; null: it may */
function passChange(
  event: ChangeEvent,
  conversation: Conversation,
  context: RuleContext,
  silence: Outcome | null,
): Bridged {
  const mark = silence === null ? {} : { mirrored: true as const };
  const outcome = silence ?? 'forwarded';
  if (event.type === 'message_deleted') {
    if (!context.capabilities.deletes) return noop(conversation, 'ignored_unsupported');
    const action = toBrain({ type: 'delete', messageId: event.messageId, ...mark });
    return { conversation, actions: [action], outcome };
  }
  if (!context.capabilities.edits || event.text === '') return noop(conversation, 'ignored_unsupported');
  const [text = ''] = brainParts(event, context.capabilities);
  const { messageId, author, chat } = event;
  const action = toBrain({ type: 'edit', messageId, text, author, chat, ...mark });
  return { conversation, actions: [action], outcome };
}

/** Null when the brain was sent the message while it led. It was never sent an operator's message as one to answer. */
function reasonToIgnoreChange(event: ChangeEvent, conversation: Conversation): Outcome | null {
  if (conversation.owner === 'person') return 'ignored_person_owns';
  return event.chat.kind === 'line' && event.author.kind !== 'client' ? 'ignored_operator' : null;
}
