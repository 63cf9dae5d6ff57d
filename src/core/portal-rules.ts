/** The rules for what happens in Bitrix24: who is heard, who is greeted, what a command does. */
import type { ChatAction } from './actions.ts';
import { handOver } from './brain-rules.ts';
import {
  type Bridged,
  isOurBot,
  noop,
  note,
  type Outcome,
  plainSend,
  type RuleContext,
  setOwner,
  take,
  toBrain,
  toPortal,
} from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { Chat, PortalEvent } from './events.ts';
import { greet, greetNow } from './greeting.ts';
import { type ChangeEvent, isOfEarlierSession } from './line-session.ts';
import { heardWhilePersonLeads } from './silence.ts';
import { splitText } from './split-text.ts';
import { phrases, pressCommand } from './texts.ts';

type CommandEvent = PortalEvent & { type: 'command' };

/**
 * A message: greeted first where nobody was yet, then passed to the brain, or kept from it with the reason.
 *
 * @param isFirst no session of an Open Channel was known before
 */
export function onMessage(
  event: PortalEvent & { type: 'message' },
  conversation: Conversation,
  context: RuleContext,
  isFirst = false,
): Bridged {
  const silence = reasonForSilence(event, conversation);
  if (silence === 'ignored_not_mentioned' && isOverheard(conversation, context))
    return overhear(event, conversation, context);
  if (silence !== null) return onSilence(silence, event, conversation, context);
  // An edit of it, which has overtaken it, was passed on in its place.
  if (event.chat.kind === 'group' && context.isTold) return noop(conversation, 'ignored_told_before');
  if (isStart(event)) return onStart(event.chat, conversation, context, isFirst);
  const names = event.files.map((file) => file.name).join(', ');
  const attached = context.capabilities.files || names === '' ? '' : phrases(conversation.language).fileOnly(names);
  const text = [event.text, attached].filter((part) => part !== '').join('\n');
  if (text === '' && event.files.length === 0) return noop(conversation, 'ignored_empty');
  const greeted = greet(event.chat, conversation, context);
  const parts = text === '' ? [''] : splitText(text, context.capabilities.maxTextLength);
  const messages = parts.map((part, index) =>
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
  const told = tellCrm(event.chat, greeted.conversation, context);
  const actions = [...greeted.actions, ...messages, ...greeted.told, ...told.actions];
  return { conversation: told.conversation, actions, outcome: 'forwarded' };
}

/** A chat has four records at most, so a comparison misses none beyond this. */
const maxCrmLength = 400;

/** CRM records go along when they are first known, and when they change. */
function tellCrm(
  chat: Chat,
  conversation: Conversation,
  context: RuleContext,
): Pick<Bridged, 'conversation' | 'actions'> {
  const links = chat.line?.crm ?? [];
  const crm = links
    .map(({ type, id }) => `${type}:${id}`)
    .join(' ')
    .slice(0, maxCrmLength);
  if (!context.capabilities.crm || crm === '' || crm === conversation.crm) return { conversation, actions: [] };
  return { conversation: { ...conversation, crm }, actions: [toBrain({ type: 'crm', links })] };
}

/** The word with which messengers open a bot; nothing a brain could answer. */
function isStart({ text, files, chat }: PortalEvent & { type: 'message' }): boolean {
  return chat.kind !== 'group' && files.length === 0 && text.toLowerCase() === '/start';
}

/** Whoever starts the bot is greeted; who was greeted gets help, unless the greeting stands right above. */
function onStart(chat: Chat, conversation: Conversation, context: RuleContext, isFirst: boolean): Bridged {
  const { conversation: greeted, actions, told } = greetNow(chat, conversation, context);
  if (actions.length > 0) return { conversation: greeted, actions: [...actions, ...told], outcome: 'greeted' };
  return isFirst && conversation.kind === 'line' ? noop(greeted, 'noted') : help(conversation, context, false);
}

/** @param isForPeople only those inside the portal are to see it */
function help(conversation: Conversation, context: RuleContext, isForPeople: boolean): Bridged {
  const words = phrases(conversation.language);
  const setOwner = words.help[conversation.kind](context.name);
  // A customer outside has no use for commands he cannot type.
  const isOutside = conversation.kind === 'line' && !isForPeople;
  const action = toPortal({
    ...plainSend(isOutside ? setOwner : `${setOwner}\n\n${words.commands}`),
    internal: isForPeople,
  });
  return { conversation: { ...conversation, isGreeted: true }, actions: [action], outcome: 'helped' };
}

/** Null when the message is one the brain is to answer. */
function reasonForSilence(event: PortalEvent & { type: 'message' }, conversation: Conversation): Outcome | null {
  if (event.author.kind === 'system') return 'ignored_system';
  if (event.author.kind === 'bot') return 'ignored_bot';
  if (event.chat.kind === 'line') {
    if (event.callsPerson ?? event.text === '0') return 'ignored_left_bot';
    if (event.author.kind !== 'client') return event.isHidden === true ? 'ignored_hidden_note' : 'ignored_operator';
    if (event.otherBotLeads === true) return 'ignored_other_bot';
  }
  if (event.chat.kind === 'group' && !event.mentionsBot) return 'ignored_not_mentioned';
  return conversation.owner === 'person' ? 'ignored_person_owns' : null;
}

/** Talk past the bot concerns only brains that asked for it, in groups they have taken part in, while they lead there. */
function isOverheard(conversation: Conversation, context: RuleContext): boolean {
  return context.capabilities.overhears === true && conversation.remoteId !== null && conversation.owner === 'brain';
}

function overhear(event: PortalEvent & { type: 'message' }, conversation: Conversation, context: RuleContext): Bridged {
  const { messageId, author, chat } = event;
  const files = context.capabilities.files ? event.files : [];
  const [text = ''] = splitText(event.text, context.capabilities.maxTextLength);
  if (text === '' && files.length === 0) return noop(conversation, 'ignored_empty');
  const action = toBrain({ type: 'overheard', messageId, text, author, chat, files });
  return { conversation, actions: [action], outcome: 'overheard' };
}

/** An operator's word, or a customer's wish for one, takes the conversation away from the brain. */
function onSilence(
  reason: Outcome,
  event: PortalEvent & { type: 'message' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  if (reason === 'ignored_bot' || reason === 'ignored_system' || reason === 'ignored_other_bot')
    return noop(conversation, reason);
  // The portal now takes the bot out of the session: whatever people say from here on may go unheard.
  const mirrored = mirror(event, context);
  if (isOfEarlierSession(event.chat, conversation)) return { conversation, actions: mirrored, outcome: reason };
  if (reason === 'ignored_left_bot') {
    const left = take(conversation, context);
    return { ...left, actions: [...left.actions, ...mirrored], outcome: reason };
  }
  const taken = reason === 'ignored_operator' ? take(conversation, context) : { conversation, actions: [] };
  const heard = heardWhilePersonLeads(taken.conversation, event, context);
  return {
    conversation: heard.conversation,
    actions: [...taken.actions, ...mirrored, ...heard.actions],
    outcome: reason,
  };
}

/** What a person who leads, or somebody he talks with, said. What is said in groups concerns nobody who was not mentioned. */
function mirror(event: PortalEvent & { type: 'message' }, { capabilities }: RuleContext): ChatAction[] {
  const { chat, author, sentAt } = event;
  const files = capabilities.files ? event.files : [];
  // A hidden note is between the operators of Bitrix24.
  if (capabilities.mirrors !== true || chat.kind === 'group' || event.isHidden === true) return [];
  if (event.text === '' && files.length === 0) return [];
  const parts = event.text === '' ? [''] : splitText(event.text, capabilities.maxTextLength);
  return parts.map((text, index) =>
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

/** An edit or a deletion, for brains that can follow it. */
export function onChange(event: ChangeEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (isOurBot(event.author, context)) return noop(conversation, 'ignored_bot');
  if (event.isHidden === true) return noop(conversation, 'ignored_hidden_note');
  if (event.chat.kind === 'group') return onGroupChange(event, conversation, context);
  const silence = reasonForSilentChange(event, conversation);
  // A change of what it was never shown, a hidden note of an older portal for example, is not shown either.
  const isShown = context.capabilities.mirrors === true && context.isTold;
  if (silence !== null && !isShown) return noop(conversation, silence);
  return passChange(event, conversation, context, silence);
}

/** What never meant the bot stays in the portal; an edit that means it now is a message like any other, once. */
function onGroupChange(event: ChangeEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (conversation.owner === 'person') return noop(conversation, 'ignored_person_owns');
  if (!context.isTold) {
    return event.type === 'message_edited' && event.mentionsBot
      ? onMessage({ ...event, type: 'message', files: [], quoteOf: null }, conversation, context)
      : noop(conversation, 'ignored_not_mentioned');
  }
  const isMeant = event.type === 'message_deleted' || event.mentionsBot || isOverheard(conversation, context);
  return isMeant ? passChange(event, conversation, context, null) : noop(conversation, 'ignored_not_mentioned');
}

/** @param silence why the brain is not asked to follow it, only shown it; null: it is */
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
  const [text = ''] = splitText(event.text, context.capabilities.maxTextLength);
  const { messageId, author, chat } = event;
  const action = toBrain({ type: 'edit', messageId, text, author, chat, ...mark });
  return { conversation, actions: [action], outcome };
}

/** Null when the change is of something the brain was told while it led. What an operator wrote was never told it as such. */
function reasonForSilentChange(event: ChangeEvent, conversation: Conversation): Outcome | null {
  if (conversation.owner === 'person') return 'ignored_person_owns';
  return event.chat.kind === 'line' && event.author.kind !== 'client' ? 'ignored_operator' : null;
}

/** The bot was put into a chat, or opened by a link. */
export function onJoined(chat: Chat, before: Conversation, context: RuleContext): Bridged {
  if (before.owner === 'person') return noop(before, 'ignored_person_owns');
  // People have added it beside another bot of ours, or the portal has, to end that one's session.
  if (chat.line?.leaderId !== undefined && chat.line.leaderId !== '0') return noop(before, 'ignored_other_bot');
  const { conversation, actions, told } = greet(chat, before, context);
  // In a private chat that was only opened nobody has said anything yet that a brain would have heard.
  const heard = chat.kind === 'line' || conversation.remoteId !== null ? told : [];
  const isGreeted = actions.some(({ target }) => target === 'portal');
  return { conversation, actions: [...actions, ...heard], outcome: isGreeted ? 'greeted' : 'noted' };
}

/**
 * A slash command: ours are carried out here, foreign ones are ordinary messages to the brain. What stands beside a command of ours is
 * passed on behind it; in a group only if the message mentions the bot.
 */
export function onCommand(event: CommandEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (isOurBot(event.author, context)) return noop(conversation, 'ignored_bot');
  const done = onOwnCommand(event, conversation, context);
  if (done === null) return onForeignCommand(event, conversation, context);
  if (event.beside === undefined || !event.mentionsBot) return done;
  const after = said(event, event.beside, done.conversation, context);
  return { ...after, actions: [...done.actions, ...after.actions], outcome: done.outcome };
}

/** Null for a command that is none of ours. */
function onOwnCommand(event: CommandEvent, conversation: Conversation, context: RuleContext): Bridged | null {
  const words = phrases(conversation.language);
  // A customer's command must not make the bot talk beside the person who leads, nor take the conversation from him.
  const isUnheard = event.author.kind === 'client' && conversation.owner === 'person';
  const isForPeople = event.author.kind !== 'client';
  switch (event.command.toLowerCase()) {
    case 'help':
      return isUnheard ? noop(conversation, 'ignored_person_owns') : help(conversation, context, isForPeople);
    case 'start': {
      if (isUnheard) return noop(conversation, 'ignored_person_owns');
      if (isForPeople) return help(conversation, context, true);
      const { conversation: greeted, actions, told } = greetNow(event.chat, conversation, context);
      if (actions.length === 0) return help(conversation, context, false);
      return { conversation: greeted, actions: [...actions, ...told], outcome: 'greeted' };
    }
    case 'bot': {
      if (isUnheard) return noop(conversation, 'ignored_person_owns');
      const taken = setOwner(conversation, 'brain', context);
      return { ...taken, actions: [...taken.actions, note(words.handedBack)], outcome: 'handed_back' };
    }
    case 'operator':
      return handOver(words.handedOver, conversation, context);
    // A button's words are its presser's words to the bot, wherever the button hangs.
    case pressCommand:
      return said(event, event.params, conversation, context);
    default:
      return null;
  }
}

/** A slash line we do not know swallows the whole message in Bitrix24: its text still belongs to the brain. */
function onForeignCommand(event: CommandEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (event.via !== 'text') return noop(conversation, 'ignored_unknown_command');
  const whole = event.beside === undefined ? event.text : `${event.text}\n${event.beside}`;
  return said(event, whole, conversation, context);
}

function said(event: CommandEvent, text: string, conversation: Conversation, context: RuleContext): Bridged {
  const { messageId, author, chat, language, sentAt, quoteOf, isHidden = false } = event;
  const heard = { messageId, text, author, chat, language, sentAt, quoteOf, isHidden };
  // The portal looks for its single `0` in whole messages alone.
  const message = { ...heard, type: 'message' as const, mentionsBot: true, files: [], callsPerson: false };
  return onMessage(message, conversation, { ...context, isTold: false });
}
