/**
 * A bot without a brain: nobody answers for it yet. A customer of an Open Channel is told that a person is coming, and people are called;
 * people inside the portal are told how to connect somebody who answers.
 */
import type { Unanswered } from './bot.ts';
import { botTexts } from './bot-texts.ts';
import { handOver } from './brain-rules.ts';
import { type Bridged, note, plainSend, type RuleContext, toPortal } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { Chat } from './events.ts';
import { greet } from './greeting.ts';

export function onUnanswered(chat: Chat, before: Conversation, context: RuleContext, { texts }: Unanswered): Bridged {
  const { language } = before;
  const words = botTexts(language).unanswered;
  if (chat.kind === 'line') {
    const told = toPortal({ ...plainSend(texts[language] ?? words.toCustomer), internal: false });
    // A customer who is told this need not be greeted any more.
    const handed = handOver('nobody_answers', { ...before, isGreeted: true }, context, { words: words.note });
    return { ...handed, actions: [told, ...handed.actions], outcome: 'unanswered' };
  }
  const { conversation, actions } = greet(chat, before, context);
  // The default greeting of such a bot already says this.
  const isSaid = actions.length > 0 && context.greeting?.texts[language] === undefined;
  return { conversation, actions: isSaid ? actions : [...actions, note(words.toEmployee)], outcome: 'unanswered' };
}
