/** The rules for what happens in Bitrix24: which messages reach the brain, who is greeted, what a command does. */
import type { ChatAction } from './actions.ts';
import { botTexts, pressCommand } from './bot-texts.ts';
import { commandList, onBrainCommand } from './brain-commands.ts';
import { handOver } from './brain-rules.ts';
import { brainParts } from './brain-words.ts';
import {
  type Bridged,
  isBot,
  noop,
  note,
  type Outcome,
  plainSend,
  type RuleContext,
  toBrain,
  toPortal,
} from './bridge-result.ts';
import { isWaiting } from './burst.ts';
import { takeChoice } from './choices.ts';
import type { Conversation } from './conversation.ts';
import { sendCrmLinks } from './crm-links.ts';
import type { Chat, PortalEvent } from './events.ts';
import { greet, greetNow } from './greeting.ts';
import { restartInactivity } from './inactivity.ts';
import { isOfEarlierSession } from './line-session.ts';
import { onUnanswered } from './unanswered.ts';
import { changeLead } from './who-leads.ts';

type CommandEvent = PortalEvent & { type: 'command' };

/**
 * A message: greets first if needed, then passes the message to the brain, or withholds it with the reason.
 *
 * @param isFirst no session of an Open Channel was known before
 */
export function onMessage(
  written: PortalEvent & { type: 'message' },
  before: Conversation,
  context: RuleContext,
  isFirst = false,
): Bridged {
  const silence = reasonToIgnore(written, before, context);
  if (silence === 'ignored_not_mentioned' && isOverheard(before, context)) return overhear(written, before, context);
  if (silence !== null) return onIgnored(silence, written, before, context);
  // An edit of this message arrived before it and was passed on in its place.
  const isTold = (written.chat.kind === 'group' && context.isKnownToBrain) || isWaiting(before, written.messageId);
  if (isTold) return noop(before, 'ignored_edit_came_first');
  const { event, conversation, isChoice } = takeChoice(written, before, context.at);
  if (event.type === 'command') return onCommand(event, conversation, context);
  if (isStart(event)) return onStart(event.chat, conversation, context, isFirst);
  const names = event.files.map((file) => file.name).join(', ');
  const attached = context.capabilities.files || names === '' ? '' : botTexts(conversation.language).fileOnly(names);
  if (event.text === '' && attached === '' && event.files.length === 0) return noop(conversation, 'ignored_empty');
  if (context.unanswered !== undefined) return onUnanswered(event.chat, conversation, context, context.unanswered);
  const greeted = greet(event.chat, conversation, context);
  const messages = brainParts(event, context.capabilities, attached).map((part, index) =>
    toBrain({
      type: 'message',
      // The first part keeps the message's own id, so that edits and deletes find it.
      messageId: index === 0 ? event.messageId : `${event.messageId}.${index}`,
      text: part,
      author: event.author,
      chat: event.chat,
      files: index === 0 && context.capabilities.files ? event.files : [],
      sentAt: event.sentAt,
      quoteOf: index === 0 ? event.quoteOf : null,
    }),
  );
  const told = sendCrmLinks(event.chat, greeted.conversation, context);
  const actions = [...greeted.actions, ...messages, ...greeted.brainActions, ...told.actions];
  return { conversation: told.conversation, actions, outcome: isChoice ? 'chosen' : 'forwarded' };
}

/** The text that messengers send when a bot is opened; a brain cannot answer it. */
function isStart({ text, files, chat }: PortalEvent & { type: 'message' }): boolean {
  return chat.kind !== 'group' && files.length === 0 && text.toLowerCase() === '/start';
}

/** Greets a person who starts the bot; if already greeted, shows help, unless the greeting has just been sent. */
function onStart(chat: Chat, conversation: Conversation, context: RuleContext, isFirst: boolean): Bridged {
  const { conversation: greeted, actions, brainActions: told } = greetNow(chat, conversation, context);
  if (actions.length > 0) return { conversation: greeted, actions: [...actions, ...told], outcome: 'greeted' };
  return isFirst && conversation.kind === 'line' ? noop(greeted, 'noted') : help(conversation, context, false);
}

/** @param isForPeople only people inside the portal may see it */
function help(conversation: Conversation, context: RuleContext, isForPeople: boolean): Bridged {
  const words = botTexts(conversation.language);
  const helpText = words.help[conversation.kind](context.name);
  // An external customer cannot type commands.
  const isOutside = conversation.kind === 'line' && !isForPeople;
  const action = toPortal({
    ...plainSend(isOutside ? helpText : `${helpText}\n\n${commandList(conversation.language, context)}`),
    internal: isForPeople,
  });
  return { conversation: { ...conversation, isGreeted: true }, actions: [action], outcome: 'helped' };
}

/** Whether the bot is a supervisor in an Open Channel, where the customer would read whatever it said. */
function isOnlooker({ kind }: Chat, { type }: RuleContext): boolean {
  return kind === 'line' && type === 'S';
}

/** Null when the brain should answer the message. */
function reasonToIgnore(
  event: PortalEvent & { type: 'message' },
  conversation: Conversation,
  context: RuleContext,
): Outcome | null {
  if (event.author.kind === 'system') return 'ignored_system';
  if (isBot(event.author, context)) return 'ignored_bot';
  if (isOnlooker(event.chat, context)) return 'ignored_not_mentioned';
  if (event.chat.kind === 'line') {
    if (event.callsPerson ?? event.text === '0') return 'ignored_operator_called';
    if (event.author.kind !== 'client') return event.isHidden === true ? 'ignored_hidden_note' : 'ignored_operator';
    if (event.otherBotLeads === true) return 'ignored_other_bot';
  }
  if (event.chat.kind === 'group' && !event.mentionsBot) return 'ignored_not_mentioned';
  return conversation.owner === 'person' ? 'ignored_person_owns' : null;
}

/** Messages that do not mention the bot are for brains that asked for them, in groups they have taken part in, while they lead. */
export function isOverheard(conversation: Conversation, context: RuleContext): boolean {
  return context.capabilities.overhears === true && conversation.remoteId !== null && conversation.owner === 'brain';
}

function overhear(event: PortalEvent & { type: 'message' }, conversation: Conversation, context: RuleContext): Bridged {
  const { messageId, author, chat } = event;
  const files = context.capabilities.files ? event.files : [];
  const [text = ''] = brainParts(event, context.capabilities);
  if (text === '' && files.length === 0) return noop(conversation, 'ignored_empty');
  const action = toBrain({ type: 'overheard', messageId, text, author, chat, files });
  return { conversation, actions: [action], outcome: 'overheard' };
}

/** An operator's message, or a customer's request for an operator, takes the conversation from the brain. */
function onIgnored(
  reason: Outcome,
  event: PortalEvent & { type: 'message' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  if (reason === 'ignored_bot' || reason === 'ignored_system' || reason === 'ignored_other_bot')
    return noop(conversation, reason);
  // The portal now takes the bot out of the session, so it may not receive the following messages.
  const mirrored = mirror(event, context);
  if (isOfEarlierSession(event.chat, conversation)) return { conversation, actions: mirrored, outcome: reason };
  if (reason === 'ignored_operator_called') {
    const left = changeLead('person_called', conversation, context);
    return { ...left, actions: [...left.actions, ...mirrored], outcome: reason };
  }
  const taken =
    reason === 'ignored_operator' ? changeLead('operator_wrote', conversation, context) : { conversation, actions: [] };
  const heard = restartInactivity(taken.conversation, event, context);
  return {
    conversation: heard.conversation,
    actions: [...taken.actions, ...mirrored, ...heard.actions],
    outcome: reason,
  };
}

/** Messages of a person who leads, or of those they talk with. In groups, messages that do not mention the bot are not passed on. */
function mirror(event: PortalEvent & { type: 'message' }, { capabilities }: RuleContext): ChatAction[] {
  const { chat, author, sentAt } = event;
  const files = capabilities.files ? event.files : [];
  // A hidden note is for the operators of Bitrix24 only.
  if (capabilities.mirrors !== true || chat.kind === 'group' || event.isHidden === true) return [];
  if (event.text === '' && files.length === 0) return [];
  return brainParts(event, capabilities).map((text, index) =>
    toBrain({
      type: 'mirrored',
      messageId: index === 0 ? event.messageId : `${event.messageId}.${index}`,
      text,
      author,
      chat,
      files: index === 0 ? files : [],
      sentAt,
      quoteOf: index === 0 ? event.quoteOf : null,
    }),
  );
}

/** The bot was added to a chat, or opened by a link. */
export function onJoined(chat: Chat, before: Conversation, context: RuleContext): Bridged {
  if (before.owner === 'person') return noop(before, 'ignored_person_owns');
  if (isOnlooker(chat, context)) return noop(before, 'ignored_not_mentioned');
  // Another bot of ours leads: people have added this one too, or the portal has, in order to end the other one's session.
  if (chat.line?.leaderId !== undefined && chat.line.leaderId !== '0') return noop(before, 'ignored_other_bot');
  const { conversation, actions, brainActions: told } = greet(chat, before, context);
  // In a private chat that was only opened the brain has no conversation yet.
  const heard = chat.kind === 'line' || conversation.remoteId !== null ? told : [];
  const isGreeted = actions.some(({ target }) => target === 'portal');
  return { conversation, actions: [...actions, ...heard], outcome: isGreeted ? 'greeted' : 'noted' };
}

/**
 * A slash command: our own are executed here, others are ordinary messages to the brain. Further text lines of the message are passed on
 * after our command; in a group only if the message mentions the bot.
 */
export function onCommand(event: CommandEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (isBot(event.author, context)) return noop(conversation, 'ignored_bot');
  const done = onOwnCommand(event, conversation, context);
  if (done === null) return onForeignCommand(event, conversation, context);
  if (event.restText === undefined || !event.mentionsBot) return done;
  const after = forwardCommandText(event, event.restText, done.conversation, context);
  return { ...after, actions: [...done.actions, ...after.actions], outcome: done.outcome };
}

/** Null for a command that is neither ours nor the brain's. */
function onOwnCommand(event: CommandEvent, conversation: Conversation, context: RuleContext): Bridged | null {
  const words = botTexts(conversation.language);
  // While a person leads, a customer's command must not make the bot speak, nor take the conversation from the person.
  const mustStaySilent = event.author.kind === 'client' && conversation.owner === 'person';
  const isForPeople = event.author.kind !== 'client';
  switch (event.command.toLowerCase()) {
    case 'help':
      return mustStaySilent ? noop(conversation, 'ignored_person_owns') : help(conversation, context, isForPeople);
    case 'start': {
      if (mustStaySilent) return noop(conversation, 'ignored_person_owns');
      if (isForPeople) return help(conversation, context, true);
      const { conversation: greeted, actions, brainActions: told } = greetNow(event.chat, conversation, context);
      if (actions.length === 0) return help(conversation, context, false);
      return { conversation: greeted, actions: [...actions, ...told], outcome: 'greeted' };
    }
    case 'bot': {
      if (mustStaySilent) return noop(conversation, 'ignored_person_owns');
      const taken = changeLead(isForPeople ? 'bot_command' : 'customer_bot_command', conversation, context);
      return { ...taken, actions: [...taken.actions, note(words.handedBack)], outcome: 'handed_back' };
    }
    case 'operator':
      return handOver('operator_command', conversation, context, { words: words.handedOver });
    // The text of a button is a message of the person who pressed it.
    case pressCommand:
      return forwardCommandText(event, event.params, conversation, context);
    default:
      return onBrainCommand(event, conversation, context);
  }
}

/** Bitrix24 sends a message that begins with an unknown command only as a command event: its text still belongs to the brain. */
function onForeignCommand(event: CommandEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (event.via !== 'text') return noop(conversation, 'ignored_unknown_command');
  const whole = event.restText === undefined ? event.text : `${event.text}\n${event.restText}`;
  return forwardCommandText(event, whole, conversation, context);
}

function forwardCommandText(
  event: CommandEvent,
  text: string,
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  const { messageId, author, chat, language, sentAt, quoteOf, isHidden = false } = event;
  const heard = { messageId, text, author, chat, language, sentAt, quoteOf, isHidden };
  // The portal accepts the single `0` only as a whole message.
  const message = { ...heard, type: 'message' as const, mentionsBot: true, files: [], callsPerson: false };
  return onMessage(message, conversation, { ...context, isKnownToBrain: false });
}
