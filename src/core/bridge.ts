/**
 * The heart of the rules: one event of a conversation in, the changed conversation and what to do about it out. Pure: no clock, no
 * I/O, so every rule is a row of a table in the tests. The `outcome` says in one stable word why, for whoever asks later.
 */
import type { BrainAction, ChatAction, HomeAction } from './actions.ts';
import type { BotType } from './bot.ts';
import type { Capabilities } from './connector.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent, ChatEvent, HomeEvent, ReceiptEvent, Reply } from './events.ts';
import { splitText } from './split-text.ts';
import { phrases } from './texts.ts';

/** Why an event had the effect it had. Shown by `trace`; add to it, never reuse a word. */
export type Outcome =
  | 'forwarded'
  | 'answered'
  | 'greeted'
  | 'helped'
  | 'handed_over'
  | 'handed_back'
  | 'finished'
  | 'noted'
  | 'ignored_bot'
  | 'ignored_system'
  | 'ignored_not_mentioned'
  | 'ignored_operator'
  | 'ignored_person_owns'
  | 'ignored_left_bot'
  | 'ignored_empty'
  | 'ignored_unsupported'
  | 'ignored_unknown_command'
  | 'dropped_person_owns';

export interface BridgeBot {
  readonly code: string;
  readonly name: string;
  readonly type: BotType;
  readonly capabilities: Capabilities;
}

export interface Bridged {
  readonly conversation: Conversation;
  readonly actions: readonly ChatAction[];
  readonly outcome: Outcome;
}

/** Longest text Bitrix24 keeps; it cuts what is longer (dossier §17), so we split before. In UTF-16 code units. */
export const homeTextLimit = 20_000;

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

function onMessage(event: HomeEvent & { type: 'message' }, conversation: Conversation, bot: BridgeBot): Bridged {
  const silence = reasonForSilence(event, conversation);
  if (silence !== null) return onSilence(silence, conversation, bot);
  const names = event.files.map((file) => file.name).join(', ');
  const attached = bot.capabilities.files || names === '' ? '' : phrases(conversation.language).fileOnly(names);
  const text = [event.text, attached].filter((part) => part !== '').join('\n');
  if (text === '' && event.files.length === 0) return quiet(conversation, 'ignored_empty');
  const greeted = greet(conversation, bot);
  const parts = text === '' ? [''] : splitText(text, bot.capabilities.maxTextLength);
  const messages = parts.map((part, index) =>
    toBrain({
      type: 'message',
      // The first part keeps the message's own id, so that edits and deletes find it.
      messageId: index === 0 ? event.messageId : `${event.messageId}.${index}`,
      text: part,
      author: event.author,
      chat: event.chat,
      files: index === 0 && bot.capabilities.files ? event.files : [],
    }),
  );
  return { conversation: greeted.conversation, actions: [...greeted.actions, ...messages], outcome: 'forwarded' };
}

/** Null when the message is one the brain is to answer. */
function reasonForSilence(event: HomeEvent & { type: 'message' }, conversation: Conversation): Outcome | null {
  if (event.author.kind === 'system') return 'ignored_system';
  if (event.author.kind === 'bot') return 'ignored_bot';
  if (event.chat.kind === 'line') {
    if (event.author.kind !== 'client') return 'ignored_operator';
    // The portal itself ends the bot's session on this one character (dossier §10.3).
    if (event.text === '0') return 'ignored_left_bot';
  }
  if (event.chat.kind === 'group' && !event.mentionsBot) return 'ignored_not_mentioned';
  return conversation.owner === 'person' ? 'ignored_person_owns' : null;
}

/** An operator's word, or a customer's wish for one, takes the conversation away from the brain. */
function onSilence(reason: Outcome, conversation: Conversation, bot: BridgeBot): Bridged {
  if (reason !== 'ignored_operator' && reason !== 'ignored_left_bot') return quiet(conversation, reason);
  const taken = own(conversation, 'person', bot);
  return { ...taken, outcome: reason };
}

function onChange(
  event: HomeEvent & { type: 'message_edited' | 'message_deleted' },
  conversation: Conversation,
  bot: BridgeBot,
): Bridged {
  if (conversation.owner === 'person') return quiet(conversation, 'ignored_person_owns');
  if (event.type === 'message_deleted') {
    if (!bot.capabilities.deletes) return quiet(conversation, 'ignored_unsupported');
    const action = toBrain({ type: 'delete', messageId: event.messageId });
    return { conversation, actions: [action], outcome: 'forwarded' };
  }
  if (!bot.capabilities.edits || event.text === '') return quiet(conversation, 'ignored_unsupported');
  const [text = ''] = splitText(event.text, bot.capabilities.maxTextLength);
  const action = toBrain({ type: 'edit', messageId: event.messageId, text });
  return { conversation, actions: [action], outcome: 'forwarded' };
}

function onJoined(
  event: HomeEvent & { type: 'joined' | 'context_opened' },
  before: Conversation,
  bot: BridgeBot,
): Bridged {
  const conversation = seen(before, event);
  const greeted = greet(conversation, bot);
  return { ...greeted, outcome: greeted.actions.length > 0 ? 'greeted' : 'noted' };
}

function onCommand(event: HomeEvent & { type: 'command' }, conversation: Conversation, bot: BridgeBot): Bridged {
  if (event.author.kind === 'bot') return quiet(conversation, 'ignored_bot');
  const words = phrases(conversation.language);
  switch (event.command.toLowerCase()) {
    case 'help':
    case 'start': {
      const text = [words.help[conversation.kind](bot.name), words.commands].join('\n\n');
      return { conversation: { ...conversation, isGreeted: true }, actions: [note(text)], outcome: 'helped' };
    }
    case 'bot': {
      const taken = own(conversation, 'brain', bot);
      return { ...taken, actions: [...taken.actions, note(words.handedBack)], outcome: 'handed_back' };
    }
    case 'operator': {
      const taken = own(conversation, 'person', bot);
      const release: ChatAction[] = conversation.kind === 'line' ? [toHome({ type: 'handover' })] : [];
      return { ...taken, actions: [...taken.actions, note(words.handedOver), ...release], outcome: 'handed_over' };
    }
    default:
      return onForeignCommand(event, conversation, bot);
  }
}

/** A slash line we do not know swallows the whole message in Bitrix24 (trap 42): its text still belongs to the brain. */
function onForeignCommand(event: HomeEvent & { type: 'command' }, conversation: Conversation, bot: BridgeBot): Bridged {
  if (event.via !== 'text') return quiet(conversation, 'ignored_unknown_command');
  const { messageId, text, author, chat, language } = event;
  return onMessage(
    { type: 'message', messageId, text, author, chat, mentionsBot: true, files: [], language },
    conversation,
    bot,
  );
}

function onBrain(event: BrainEvent, conversation: Conversation, bot: BridgeBot): Bridged {
  if (event.type === 'handover') {
    const taken = own(conversation, 'person', bot);
    const release: ChatAction[] = conversation.kind === 'line' ? [toHome({ type: 'handover' })] : [];
    const words: ChatAction[] = event.note === null ? [] : [note(event.note)];
    return { ...taken, actions: [...taken.actions, ...words, ...release], outcome: 'handed_over' };
  }
  if (event.type === 'finish') {
    const actions = conversation.kind === 'line' ? [toHome({ type: 'finish' })] : [];
    return { conversation, actions, outcome: 'finished' };
  }
  if (event.type === 'taken_back') return { ...own(conversation, 'brain', bot), outcome: 'handed_back' };
  // What was said before a person took over may still be mended: that talks over nobody.
  if (event.type === 'reply_edited' || event.type === 'reply_deleted' || event.type === 'read') {
    return { conversation, actions: [toHome(changeOf(event))], outcome: 'answered' };
  }
  const isForPeople = event.type === 'reply' && event.isInternal;
  if (conversation.owner === 'person' && !isForPeople) return refuseReply(event, conversation, bot);
  if (event.type === 'typing') return { conversation, actions: [toHome({ type: 'typing' })], outcome: 'answered' };
  const actions = sendsOf(event).map(toHome);
  return actions.length === 0 ? quiet(conversation, 'ignored_empty') : { conversation, actions, outcome: 'answered' };
}

function changeOf(event: BrainEvent & { type: 'reply_edited' | 'reply_deleted' | 'read' }): HomeAction {
  const messageId = event.homeMessageId;
  if (event.type === 'read') return { type: 'read', messageId };
  // An empty text would delete the message in Bitrix24 (trap 54): a brain that means that says so.
  if (event.type === 'reply_deleted') return { type: 'delete', messageId };
  const [text = ' '] = splitText(event.text, homeTextLimit);
  return { type: 'edit', messageId, text };
}

/** A reply as one or more sends: the text in pieces that fit, then the files. The last one answers for the whole. */
function sendsOf(event: Reply): HomeAction[] {
  const texts =
    event.text.trim() === '' && event.cards.length === 0 ? [] : splitText(event.text.trim() || ' ', homeTextLimit);
  const sends = texts.map((text, index): HomeAction & { type: 'send' } => {
    const isLast = index === texts.length - 1;
    return {
      type: 'send',
      text,
      buttons: isLast ? event.buttons : [],
      cards: isLast ? event.cards : [],
      quoteOf: index === 0 ? event.quoteOf : null,
      internal: event.isInternal,
      answers: null,
    };
  });
  const files = event.files.map((file): HomeAction & { type: 'send_file' } => ({
    type: 'send_file',
    file,
    text: '',
    answers: null,
  }));
  const all = [...sends, ...files];
  return all.map((action, index) =>
    index === all.length - 1 ? { ...action, answers: event.remoteMessageId } : action,
  );
}

/** The brain spoke out of turn: nobody is talked over, and a brain that wants receipts hears that it was not shown. */
function refuseReply(event: BrainEvent, conversation: Conversation, bot: BridgeBot): Bridged {
  const id = event.type === 'reply' ? event.remoteMessageId : null;
  const receipt: ChatAction[] =
    id !== null && bot.capabilities.receipts
      ? [toBrain({ type: 'receipt', remoteMessageId: id, homeMessageId: null, error: 'person_owns' })]
      : [];
  return { conversation, actions: receipt, outcome: 'dropped_person_owns' };
}

function onReceipt(event: ReceiptEvent, conversation: Conversation, bot: BridgeBot): Bridged {
  if (event.type === 'linked') {
    return { conversation: { ...conversation, remoteId: event.remoteConversationId }, actions: [], outcome: 'noted' };
  }
  return { conversation, actions: bot.capabilities.receipts ? [toBrain(event)] : [], outcome: 'noted' };
}

/** What every home event teaches: the kind of chat, the language, and whether a new Open Channel session has begun. */
function seen(
  conversation: Conversation,
  event: HomeEvent & { type: 'message' | 'joined' | 'context_opened' | 'command' },
): Conversation {
  const sessionId = event.chat.line?.sessionId ?? conversation.sessionId;
  const isNewSession = conversation.sessionId !== null && sessionId !== conversation.sessionId;
  // The portal has put the bot into a session afresh: the brain leads again, whoever led the last one.
  const isBotAgain = isNewSession || (event.type === 'joined' && event.chat.kind === 'line');
  return {
    ...conversation,
    kind: event.chat.kind,
    language: event.language,
    sessionId,
    owner: isBotAgain ? 'brain' : conversation.owner,
  };
}

function greet(
  conversation: Conversation,
  bot: BridgeBot,
): { conversation: Conversation; actions: readonly ChatAction[] } {
  if (conversation.isGreeted) return { conversation, actions: [] };
  const words = phrases(conversation.language);
  const greeting = words.greeting[conversation.kind](bot.name);
  // A customer outside has no use for commands he cannot type.
  const text = conversation.kind === 'line' ? greeting : `${greeting}\n\n${words.commands}`;
  const action = toHome({ ...plainSend(text), internal: false });
  return { conversation: { ...conversation, isGreeted: true }, actions: [action] };
}

function own(conversation: Conversation, owner: Conversation['owner'], bot: BridgeBot): Omit<Bridged, 'outcome'> {
  if (conversation.owner === owner) return { conversation, actions: [] };
  const told: ChatAction[] = bot.capabilities.ownership ? [toBrain({ type: 'owner_changed', owner })] : [];
  return { conversation: { ...conversation, owner }, actions: told };
}

function quiet(conversation: Conversation, outcome: Outcome): Bridged {
  return { conversation, actions: [], outcome };
}

/** Our own words to the people inside the portal; a customer behind an Open Channel never sees them. */
function note(text: string): ChatAction {
  return toHome({ ...plainSend(text), internal: true });
}

function plainSend(text: string) {
  return { type: 'send' as const, text, buttons: [], cards: [], quoteOf: null, answers: null };
}

function toHome(action: HomeAction): ChatAction {
  return { target: 'home', action };
}

function toBrain(action: BrainAction): ChatAction {
  return { target: 'brain', action };
}
