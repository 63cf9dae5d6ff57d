/** How a bot introduces itself: with which text, and when. A brain that wants the whole conversation is told. */
import type { ChatAction } from './actions.ts';
import type { Greeting } from './bot.ts';
import { botTexts } from './bot-texts.ts';
import { commandList } from './brain-commands.ts';
import { type Bridged, noop, plainSend, type RuleContext, toBrain, toPortal } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { Chat, ReceiptEvent } from './events.ts';

const defaultGreeting: Greeting = { texts: {}, isOff: false, afterSeconds: 0 };

export interface Greeted {
  readonly conversation: Conversation;
  /** For Bitrix24, now or later. */
  readonly actions: readonly ChatAction[];
  /** For the brain, after the event's own actions. */
  readonly brainActions: readonly ChatAction[];
}

/** Greets once per conversation. */
export function greet(chat: Chat, conversation: Conversation, context: RuleContext): Greeted {
  const { isOff, afterSeconds } = context.greeting ?? defaultGreeting;
  if (conversation.isGreeted) return { conversation, actions: [], brainActions: [] };
  if (isOff) return { conversation: { ...conversation, isGreeted: true }, actions: [], brainActions: [] };
  if (chat.kind !== 'line' || afterSeconds === 0) return introduce(chat, conversation, context);
  const later: ChatAction = { target: 'app', action: { type: 'greet', chat }, delayMs: afterSeconds * 1_000 };
  return { conversation, actions: [later], brainActions: [] };
}

/** Greets at once when a person starts the bot: the brain is not sent that message, so it cannot answer first. */
export function greetNow(chat: Chat, conversation: Conversation, context: RuleContext): Greeted {
  const isSilent = conversation.isGreeted || (context.greeting ?? defaultGreeting).isOff;
  if (!isSilent) return introduce(chat, conversation, context);
  return { conversation: { ...conversation, isGreeted: true }, actions: [], brainActions: [] };
}

/** A pending greeting is due: it is omitted if the brain has sent a message meanwhile or a person leads. */
export function onGreetingDue(
  { chat }: ReceiptEvent & { type: 'greeting_due' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  if (conversation.isGreeted || context.greeting?.isOff === true) return noop(conversation, 'noted');
  if (conversation.owner === 'person') return noop({ ...conversation, isGreeted: true }, 'noted');
  const { conversation: greeted, actions, brainActions: told } = introduce(chat, conversation, context);
  return { conversation: greeted, actions: [...actions, ...told], outcome: 'greeted' };
}

/** A bot for which nobody answers does not promise employees an answer. */
function usualGreeting({ kind, language }: Conversation, { name, unanswered }: RuleContext): string {
  const words = botTexts(language);
  return unanswered !== undefined && kind !== 'line' ? words.unanswered.toEmployee : words.greeting[kind](name);
}

function introduce(chat: Chat, conversation: Conversation, context: RuleContext): Greeted {
  const { language, kind } = conversation;
  const customText = context.greeting?.texts[language];
  const greeting =
    customText === undefined ? usualGreeting(conversation, context) : customText.replaceAll('{name}', context.name);
  // An external customer cannot type commands.
  const text = kind === 'line' ? greeting : `${greeting}\n\n${commandList(language, context)}`;
  const author = { id: '', name: context.name, kind: 'bot' as const };
  const told = toBrain({
    type: 'mirrored',
    // The greeting has no id in Bitrix24 yet, and there is one greeting per conversation.
    messageId: 'greeting',
    text: greeting,
    author,
    chat,
    files: [],
    sentAt: null,
    quoteOf: null,
  });
  return {
    conversation: { ...conversation, isGreeted: true },
    actions: [toPortal({ ...plainSend(text), internal: false })],
    brainActions: context.capabilities.mirrors === true && kind !== 'group' ? [told] : [],
  };
}
