/** The rules for what a brain says or wants, and for what became of it. */
import type { ChatAction, HomeAction } from './actions.ts';
import { type BridgeBot, type Bridged, note, own, quiet, toBrain, toHome } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent, ReceiptEvent, Reply } from './events.ts';
import { splitText } from './split-text.ts';

/** Longest text Bitrix24 keeps; it cuts what is longer (dossier §17), so we split before. In UTF-16 code units. */
const homeTextLimit = 20_000;

/** A bracket that would open a BB code goes out with an invisible companion. */
const wideAtHome = '[';

/** What a brain says is shown while it leads; its wish to hand over is always granted. */
export function onBrain(event: BrainEvent, conversation: Conversation, bot: BridgeBot): Bridged {
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
  const [text = ' '] = splitText(event.text, homeTextLimit, wideAtHome);
  return { type: 'edit', messageId, text };
}

/** A reply as one or more sends: the text in pieces that fit, then the files. The last one answers for the whole. */
function sendsOf(event: Reply): HomeAction[] {
  const texts =
    event.text.trim() === '' && event.cards.length === 0
      ? []
      : splitText(event.text.trim() || ' ', homeTextLimit, wideAtHome);
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

/** What the pipeline learned: the brain's name of the conversation, or what became of a message. */
export function onReceipt(event: ReceiptEvent, conversation: Conversation, bot: BridgeBot): Bridged {
  if (event.type === 'linked') {
    return { conversation: { ...conversation, remoteId: event.remoteConversationId }, actions: [], outcome: 'noted' };
  }
  return { conversation, actions: bot.capabilities.receipts ? [toBrain(event)] : [], outcome: 'noted' };
}
