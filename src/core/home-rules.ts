/** The rules for what happens in Bitrix24: who is heard, who is greeted, what a command does. */
import type { ChatAction } from './actions.ts';
import { handOver } from './brain-rules.ts';
import { type Bridged, note, type Outcome, own, quiet, type Scene, toBrain } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { Chat, HomeEvent } from './events.ts';
import { greet } from './greeting.ts';
import { heardWhilePersonLeads } from './silence.ts';
import { splitText } from './split-text.ts';
import { phrases, pressCommand } from './texts.ts';

/** A message: greeted first where nobody was yet, then passed to the brain, or kept from it with the reason. */
export function onMessage(event: HomeEvent & { type: 'message' }, conversation: Conversation, scene: Scene): Bridged {
  const silence = reasonForSilence(event, conversation);
  if (silence === 'ignored_not_mentioned' && isOverheard(conversation, scene))
    return overhear(event, conversation, scene);
  if (silence !== null) return onSilence(silence, event, conversation, scene);
  const names = event.files.map((file) => file.name).join(', ');
  const attached = scene.capabilities.files || names === '' ? '' : phrases(conversation.language).fileOnly(names);
  const text = [event.text, attached].filter((part) => part !== '').join('\n');
  if (text === '' && event.files.length === 0) return quiet(conversation, 'ignored_empty');
  const greeted = greet(event.chat, conversation, scene);
  const parts = text === '' ? [''] : splitText(text, scene.capabilities.maxTextLength);
  const messages = parts.map((part, index) =>
    toBrain({
      type: 'message',
      // The first part keeps the message's own id, so that edits and deletes find it.
      messageId: index === 0 ? event.messageId : `${event.messageId}.${index}`,
      text: part,
      author: event.author,
      chat: event.chat,
      files: index === 0 && scene.capabilities.files ? event.files : [],
      sentAt: event.sentAt,
      quoteOf: index === 0 ? event.quoteOf : null,
    }),
  );
  const told = tellCrm(event.chat, greeted.conversation, scene);
  const actions = [...greeted.actions, ...messages, ...greeted.told, ...told.actions];
  return { conversation: told.conversation, actions, outcome: 'forwarded' };
}

/** Records beyond are not missed in a comparison: a chat has four at most (dossier §10.2). */
const maxCrmLength = 400;

/** CRM records go along when they are first known, and when they change. */
function tellCrm(chat: Chat, conversation: Conversation, scene: Scene): Pick<Bridged, 'conversation' | 'actions'> {
  const links = chat.line?.crm ?? [];
  const crm = links
    .map(({ type, id }) => `${type}:${id}`)
    .join(' ')
    .slice(0, maxCrmLength);
  if (!scene.capabilities.crm || crm === '' || crm === conversation.crm) return { conversation, actions: [] };
  return { conversation: { ...conversation, crm }, actions: [toBrain({ type: 'crm', links })] };
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
function isOverheard(conversation: Conversation, scene: Scene): boolean {
  return scene.capabilities.overhears === true && conversation.remoteId !== null && conversation.owner === 'brain';
}

function overhear(event: HomeEvent & { type: 'message' }, conversation: Conversation, scene: Scene): Bridged {
  const { messageId, author, chat } = event;
  const files = scene.capabilities.files ? event.files : [];
  const [text = ''] = splitText(event.text, scene.capabilities.maxTextLength);
  if (text === '' && files.length === 0) return quiet(conversation, 'ignored_empty');
  const action = toBrain({ type: 'overheard', messageId, text, author, chat, files });
  return { conversation, actions: [action], outcome: 'overheard' };
}

/** An operator's word, or a customer's wish for one, takes the conversation away from the brain. */
function onSilence(
  reason: Outcome,
  event: HomeEvent & { type: 'message' },
  conversation: Conversation,
  scene: Scene,
): Bridged {
  if (reason === 'ignored_bot' || reason === 'ignored_system') return quiet(conversation, reason);
  // The portal now takes the bot out of the session: whatever people say from here on may go unheard.
  const mirrored = mirror(event, scene);
  if (reason === 'ignored_left_bot') {
    const left = own(conversation, 'person', scene);
    return { ...left, actions: [...left.actions, ...mirrored], outcome: reason };
  }
  const taken =
    reason === 'ignored_operator' ? own(conversation, 'person', scene) : { conversation, actions: [] as ChatAction[] };
  const heard = heardWhilePersonLeads(taken.conversation, event, scene);
  return {
    conversation: heard.conversation,
    actions: [...taken.actions, ...mirrored, ...heard.actions],
    outcome: reason,
  };
}

/** What a person who leads, or somebody he talks with, said. What is said in groups concerns nobody who was not mentioned. */
function mirror(event: HomeEvent & { type: 'message' }, { capabilities }: Scene): ChatAction[] {
  const { chat, author, sentAt } = event;
  const files = capabilities.files ? event.files : [];
  if (capabilities.mirrors !== true || chat.kind === 'group' || (event.text === '' && files.length === 0)) return [];
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
export function onChange(
  event: HomeEvent & { type: 'message_edited' | 'message_deleted' },
  conversation: Conversation,
  scene: Scene,
): Bridged {
  const silence = reasonForSilentChange(event, conversation);
  const isMirrored = scene.capabilities.mirrors === true && event.chat.kind !== 'group';
  if (silence !== null && !isMirrored) return quiet(conversation, silence);
  const mark = silence === null ? {} : { mirrored: true as const };
  const outcome = silence ?? 'forwarded';
  if (event.type === 'message_deleted') {
    if (!scene.capabilities.deletes) return quiet(conversation, 'ignored_unsupported');
    const action = toBrain({ type: 'delete', messageId: event.messageId, ...mark });
    return { conversation, actions: [action], outcome };
  }
  if (!scene.capabilities.edits || event.text === '') return quiet(conversation, 'ignored_unsupported');
  const [text = ''] = splitText(event.text, scene.capabilities.maxTextLength);
  const { messageId, author, chat } = event;
  const action = toBrain({ type: 'edit', messageId, text, author, chat, ...mark });
  return { conversation, actions: [action], outcome };
}

/** Null when the change is of something the brain was told while it led. What an operator wrote was never told it as such. */
function reasonForSilentChange(
  event: HomeEvent & { type: 'message_edited' | 'message_deleted' },
  conversation: Conversation,
): Outcome | null {
  if (conversation.owner === 'person') return 'ignored_person_owns';
  return event.chat.kind === 'line' && event.author.kind !== 'client' ? 'ignored_operator' : null;
}

/** The bot was put into a chat, or opened by a link. */
export function onJoined(chat: Chat, before: Conversation, scene: Scene): Bridged {
  const { conversation, actions, told } = greet(chat, before, scene);
  // In a private chat that was only opened nobody has said anything yet that a brain would have heard.
  const heard = chat.kind === 'line' || conversation.remoteId !== null ? told : [];
  const isGreeted = actions.some(({ target }) => target === 'home');
  return { conversation, actions: [...actions, ...heard], outcome: isGreeted ? 'greeted' : 'noted' };
}

/** A slash command: ours are carried out here, foreign ones are ordinary messages to the brain. */
export function onCommand(event: HomeEvent & { type: 'command' }, conversation: Conversation, scene: Scene): Bridged {
  if (event.author.kind === 'bot') return quiet(conversation, 'ignored_bot');
  const words = phrases(conversation.language);
  switch (event.command.toLowerCase()) {
    case 'help':
    case 'start': {
      const text = [words.help[conversation.kind](scene.name), words.commands].join('\n\n');
      return { conversation: { ...conversation, isGreeted: true }, actions: [note(text)], outcome: 'helped' };
    }
    case 'bot': {
      const taken = own(conversation, 'brain', scene);
      return { ...taken, actions: [...taken.actions, note(words.handedBack)], outcome: 'handed_back' };
    }
    case 'operator':
      return handOver(words.handedOver, conversation, scene);
    // A button's words are its presser's words to the bot, wherever the button hangs.
    case pressCommand:
      return said({ ...event, text: event.params }, conversation, scene);
    default:
      return onForeignCommand(event, conversation, scene);
  }
}

/** A slash line we do not know swallows the whole message in Bitrix24 (trap 42): its text still belongs to the brain. */
function onForeignCommand(event: HomeEvent & { type: 'command' }, conversation: Conversation, scene: Scene): Bridged {
  return event.via === 'text' ? said(event, conversation, scene) : quiet(conversation, 'ignored_unknown_command');
}

function said(event: HomeEvent & { type: 'command' }, conversation: Conversation, scene: Scene): Bridged {
  const { messageId, text, author, chat, language, sentAt, quoteOf } = event;
  return onMessage(
    { type: 'message', messageId, text, author, chat, mentionsBot: true, files: [], language, sentAt, quoteOf },
    conversation,
    scene,
  );
}

/** An event that shows the chat it happened in. */
export type SightEvent = HomeEvent & { type: 'message' | 'joined' | 'context_opened' | 'command' };

/** What such an event teaches: the kind of chat, the language, and whether a new Open Channel session has begun. */
export function seen(
  conversation: Conversation,
  event: SightEvent,
  scene: Scene,
): Pick<Bridged, 'conversation' | 'actions'> {
  const sessionId = event.chat.line?.sessionId ?? conversation.sessionId;
  const isNewSession = conversation.sessionId !== null && sessionId !== conversation.sessionId;
  // The portal has put the bot into a session afresh: the brain leads again, whoever led the last one.
  const isBotAgain = isNewSession || (event.type === 'joined' && event.chat.kind === 'line');
  const known = { ...conversation, kind: event.chat.kind, language: event.language, sessionId };
  return isBotAgain ? own(known, 'brain', scene) : { conversation: known, actions: [] };
}
