/** The rules for what a brain says or wants, and for what became of it. */
import type { ChatAction, HomeAction } from './actions.ts';
import { type Bridged, note, own, quiet, type Scene, toBrain, toHome } from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent, Button, ReceiptEvent, Reply } from './events.ts';
import { watch } from './silence.ts';
import { splitText } from './split-text.ts';
import { phrases } from './texts.ts';

/** Longest text Bitrix24 keeps; it cuts what is longer (dossier §17), so we split before. In UTF-16 code units. */
const homeTextLimit = 20_000;

/** A bracket that would open a BB code goes out with an invisible companion. */
const wideAtHome = '[';

/** What a brain says is shown while it leads; its wish to hand over is always granted. */
export function onBrain(event: BrainEvent, conversation: Conversation, scene: Scene): Bridged {
  if (event.type === 'handover') return handOver(event.note, conversation, scene);
  if (event.type === 'finish') {
    const actions = conversation.kind === 'line' ? [toHome({ type: 'finish' })] : [];
    return { conversation, actions, outcome: 'finished' };
  }
  if (event.type === 'taken_back') return { ...own(conversation, 'brain', scene), outcome: 'handed_back' };
  // What was said before a person took over may still be mended: that talks over nobody.
  if (event.type === 'reply_edited' || event.type === 'reply_deleted' || event.type === 'read') {
    return { conversation, actions: [toHome(changeOf(event))], outcome: 'answered' };
  }
  const isForPeople = event.type === 'reply' && event.isInternal;
  if (conversation.owner === 'person' && !isForPeople) return refuseReply(event, conversation, scene);
  if (event.type === 'typing') return { conversation, actions: [toHome({ type: 'typing' })], outcome: 'answered' };
  const actions = sendsOf(event).map(toHome);
  return actions.length === 0 ? quiet(conversation, 'ignored_empty') : { conversation, actions, outcome: 'answered' };
}

/** Let go of by the brain or by command. In an Open Channel the portal calls operators and shows so itself; elsewhere we have to say it. */
export function handOver(words: string | null, conversation: Conversation, scene: Scene): Bridged {
  const taken = own(conversation, 'person', scene);
  if (conversation.kind === 'line') {
    const told = words === null ? [] : [note(words)];
    return { ...taken, actions: [...taken.actions, ...told, toHome({ type: 'handover' })], outcome: 'handed_over' };
  }
  const watched = watch(taken.conversation, scene);
  const { handedOver, giveBack } = phrases(conversation.language);
  const button: Button = { type: 'command', label: giveBack, command: 'bot', params: '' };
  const isNews = words !== null || conversation.owner !== 'person';
  const told = isNews ? [note(words ?? handedOver, [button])] : [];
  const actions = [...taken.actions, ...told, ...watched.actions];
  return { conversation: watched.conversation, actions, outcome: 'handed_over' };
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
function refuseReply(event: BrainEvent, conversation: Conversation, scene: Scene): Bridged {
  const id = event.type === 'reply' ? event.remoteMessageId : null;
  const receipt: ChatAction[] =
    id !== null && scene.capabilities.receipts
      ? [toBrain({ type: 'receipt', remoteMessageId: id, homeMessageId: null, error: 'person_owns' })]
      : [];
  return { conversation, actions: receipt, outcome: 'dropped_person_owns' };
}

/** What the pipeline learned: the brain's name of the conversation, or what became of a message. */
export function onReceipt(
  event: ReceiptEvent & { type: 'linked' | 'receipt' },
  conversation: Conversation,
  scene: Scene,
): Bridged {
  if (event.type === 'linked') {
    return { conversation: { ...conversation, remoteId: event.remoteConversationId }, actions: [], outcome: 'noted' };
  }
  return { conversation, actions: scene.capabilities.receipts ? [toBrain(event)] : [], outcome: 'noted' };
}
