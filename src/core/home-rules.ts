/** The rules for what happens in Bitrix24: who is heard, who is greeted, what a command does. */
import type { ChatAction } from './actions.ts';
import { type BridgeBot, type Bridged, note, type Outcome, own, plainSend, quiet, toBrain, toHome } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { HomeEvent } from './events.ts';
import { splitText } from './split-text.ts';
import { phrases, pressCommand } from './texts.ts';

/** A message: greeted first where nobody was yet, then passed to the brain, or kept from it with the reason. */
export function onMessage(event: HomeEvent & { type: 'message' }, conversation: Conversation, bot: BridgeBot): Bridged {
  const silence = reasonForSilence(event, conversation);
  if (silence === 'ignored_not_mentioned' && isOverheard(conversation, bot)) return overhear(event, conversation, bot);
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

/** Talk past the bot concerns only brains that asked for it, in groups they have taken part in, while they lead there. */
function isOverheard(conversation: Conversation, bot: BridgeBot): boolean {
  return bot.capabilities.overhears === true && conversation.remoteId !== null && conversation.owner === 'brain';
}

function overhear(event: HomeEvent & { type: 'message' }, conversation: Conversation, bot: BridgeBot): Bridged {
  const { messageId, author, chat } = event;
  const files = bot.capabilities.files ? event.files : [];
  const [text = ''] = splitText(event.text, bot.capabilities.maxTextLength);
  if (text === '' && files.length === 0) return quiet(conversation, 'ignored_empty');
  const action = toBrain({ type: 'overheard', messageId, text, author, chat, files });
  return { conversation, actions: [action], outcome: 'overheard' };
}

/** An operator's word, or a customer's wish for one, takes the conversation away from the brain. */
function onSilence(reason: Outcome, conversation: Conversation, bot: BridgeBot): Bridged {
  if (reason !== 'ignored_operator' && reason !== 'ignored_left_bot') return quiet(conversation, reason);
  const taken = own(conversation, 'person', bot);
  return { ...taken, outcome: reason };
}

/** An edit or a deletion, for brains that can follow it. */
export function onChange(
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

/** The bot was put into a chat, or opened by a link. */
export function onJoined(
  event: HomeEvent & { type: 'joined' | 'context_opened' },
  before: Conversation,
  bot: BridgeBot,
): Bridged {
  const conversation = seen(before, event);
  const greeted = greet(conversation, bot);
  return { ...greeted, outcome: greeted.actions.length > 0 ? 'greeted' : 'noted' };
}

/** A slash command: ours are carried out here, foreign ones are ordinary messages to the brain. */
export function onCommand(event: HomeEvent & { type: 'command' }, conversation: Conversation, bot: BridgeBot): Bridged {
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
    // A button's words are its presser's words to the bot, wherever the button hangs.
    case pressCommand:
      return said({ ...event, text: event.params }, conversation, bot);
    default:
      return onForeignCommand(event, conversation, bot);
  }
}

/** A slash line we do not know swallows the whole message in Bitrix24 (trap 42): its text still belongs to the brain. */
function onForeignCommand(event: HomeEvent & { type: 'command' }, conversation: Conversation, bot: BridgeBot): Bridged {
  return event.via === 'text' ? said(event, conversation, bot) : quiet(conversation, 'ignored_unknown_command');
}

function said(event: HomeEvent & { type: 'command' }, conversation: Conversation, bot: BridgeBot): Bridged {
  const { messageId, text, author, chat, language } = event;
  return onMessage(
    { type: 'message', messageId, text, author, chat, mentionsBot: true, files: [], language },
    conversation,
    bot,
  );
}

/** What every home event teaches: the kind of chat, the language, and whether a new Open Channel session has begun. */
export function seen(
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
