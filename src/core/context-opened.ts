/** The rule for a bot that was opened by a link: it introduces itself, and brains that want the link's data get them. */
import { type Bridged, isBot, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { PortalEvent } from './events.ts';
import { onJoined } from './portal-rules.ts';

export function onContextOpened(
  event: PortalEvent & { readonly type: 'context_opened' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  const opened = onJoined(event.chat, conversation, context);
  const { context: data = {}, author, chat } = event;
  const isForNobody = opened.outcome === 'ignored_person_owns' || opened.outcome === 'ignored_other_bot';
  if (isForNobody || Object.keys(data).length === 0) return opened;
  if (author !== undefined && isBot(author, context)) return { ...opened, outcome: 'ignored_bot' };
  if (context.capabilities.contexts !== true) return { ...opened, outcome: 'context_ignored' };
  const action = toBrain({ type: 'context', data, chat, ...(author === undefined ? {} : { author }) });
  return { ...opened, actions: [...opened.actions, action], outcome: 'context_passed' };
}
