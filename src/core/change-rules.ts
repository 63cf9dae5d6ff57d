/** The rules for edits and deletions in Bitrix24: which of them the brain is told, and as what. */
import type { BrainAction } from './actions.ts';
import { brainParts } from './brain-words.ts';
import { type Bridged, isBot, noop, type Outcome, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import { changeJoined, type JoinedMessage, joinedText } from './joined-message.ts';
import type { ChangeEvent } from './line-session.ts';
import { isOverheard, onMessage } from './portal-rules.ts';

/** An edit or a deletion, for brains that support it. */
export function onChange(event: ChangeEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (isBot(event.author, context)) return noop(conversation, 'ignored_bot');
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
  const action = context.joined === null ? changeOf(event, context) : changeOfJoined(event, context.joined, context);
  if (action === null) return noop(conversation, 'ignored_unsupported');
  return { conversation, actions: [toBrain({ ...action, ...mark })], outcome };
}

type ChangeAction = BrainAction & { readonly type: 'edit' | 'delete' };

/** Null where the brain does not take such a change. */
function changeOf(event: ChangeEvent, { capabilities }: RuleContext): ChangeAction | null {
  const { messageId, author, chat } = event;
  if (event.type === 'message_deleted') return capabilities.deletes ? { type: 'delete', messageId } : null;
  if (!capabilities.edits || event.text === '') return null;
  const [text = ''] = brainParts(event, capabilities);
  return { type: 'edit', messageId, text, author, chat };
}

/** The message was delivered together with others: the brain has one message, which now reads differently. */
function changeOfJoined(event: ChangeEvent, before: JoinedMessage, { capabilities }: RuleContext): ChangeAction | null {
  const { author, chat } = event;
  const joined = changeJoined(
    before,
    event.messageId,
    event.type === 'message_deleted' ? null : (brainParts(event, capabilities)[0] ?? ''),
  );
  const { messageId, messageIds, texts } = joined;
  if (messageIds.length === 0) return capabilities.deletes ? { type: 'delete', messageId } : null;
  const text = joinedText(joined, capabilities.maxTextLength);
  if (!capabilities.edits || text === '') return null;
  return { type: 'edit', messageId, text, author, chat, messageIds, texts };
}

/** Why the brain must not react to the change; null: it may. It was never sent an operator's message as one to answer. */
function reasonToIgnoreChange(event: ChangeEvent, conversation: Conversation): Outcome | null {
  if (conversation.owner === 'person') return 'ignored_person_owns';
  return event.chat.kind === 'line' && event.author.kind !== 'client' ? 'ignored_operator' : null;
}
