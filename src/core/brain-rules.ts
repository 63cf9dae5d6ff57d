/** The rules for what a brain says or wants, and for what became of it. */
import type { BrainAction, ChatAction, PortalAction } from './actions.ts';
import {
  type Bridged,
  fateUnknown,
  noop,
  note,
  personOwns,
  plainSend,
  type RuleContext,
  setOwner,
  toBrain,
  toPortal,
  withdrawn,
} from './bridged.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent, Button, ReceiptEvent, Reply } from './events.ts';
import type { KnownReaction } from './reactions.ts';
import { armInactivityTimer } from './silence.ts';
import { splitText } from './split-text.ts';
import { phrases, pressCommand } from './texts.ts';

/** Longest text Bitrix24 keeps; it cuts what is longer, so we split before. In UTF-16 code units. */
const portalTextLimit = 20_000;

/** Signs that could begin markup or a command go out with an invisible companion. */
const wideInPortal = '[>-/';

/** What a brain says is shown while it leads; its wish to hand over is always granted. */
export function onBrain(event: BrainEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (event.type === 'handover') return handOver(event.note, conversation, context);
  if (event.type === 'finish') {
    // What people are at is theirs to end.
    if (conversation.owner === 'person') return noop(conversation, 'dropped_person_owns');
    const actions = conversation.kind === 'line' ? [toPortal({ type: 'finish' })] : [];
    return { conversation, actions, outcome: 'finished' };
  }
  if (event.type === 'taken_back') return takeBack(conversation, context);
  if (event.type === 'reply_failed') return onToldFailure(event, conversation, context);
  // Its failure was told before it came itself.
  if (event.type === 'reply' && context.fate?.told?.isWithdrawn === true) return noop(conversation, 'withdrawn');
  // What was said before a person took over may still be mended: that talks over nobody.
  if (event.type === 'reacted') return { conversation, actions: reactionsOf(event).map(toPortal), outcome: 'answered' };
  if (event.type === 'reply_edited' || event.type === 'reply_deleted' || event.type === 'read') {
    return { conversation, actions: changesOf(event, conversation, context).map(toPortal), outcome: 'answered' };
  }
  const isForPeople = event.type === 'reply' && event.isInternal;
  if (conversation.owner === 'person' && !isForPeople) return refuseReply(event, conversation, context);
  if (event.type === 'typing') return { conversation, actions: [toPortal({ type: 'typing' })], outcome: 'answered' };
  const actions = sendsOf(event, conversation).map(toPortal);
  if (actions.length === 0) return noop(conversation, 'ignored_empty');
  // An answer speaks for the bot: a greeting that waits is not needed any more. A note to staff is none.
  const isGreeted = conversation.isGreeted || !isForPeople;
  return { conversation: { ...conversation, isGreeted }, actions, outcome: 'answered' };
}

/** The people who led are told; where none did there is nothing to take. */
function takeBack(conversation: Conversation, context: RuleContext): Bridged {
  if (conversation.owner === 'brain') return noop(conversation, 'noted');
  const taken = setOwner(conversation, 'brain', context);
  const words = phrases(conversation.language).handedBack;
  return { ...taken, actions: [...taken.actions, note(words)], outcome: 'handed_back' };
}

/** Let go of by the brain or by command. In an Open Channel the portal calls operators and shows so itself; elsewhere we have to say it. */
export function handOver(words: string | null, conversation: Conversation, context: RuleContext): Bridged {
  const taken = setOwner(conversation, 'person', context);
  if (conversation.kind === 'line') {
    const told = words === null ? [] : [note(words)];
    return { ...taken, actions: [...taken.actions, ...told, toPortal({ type: 'handover' })], outcome: 'handed_over' };
  }
  const timed = armInactivityTimer(taken.conversation, context);
  const { handedOver, giveBack } = phrases(conversation.language);
  const button: Button = { type: 'command', label: giveBack, command: 'bot', params: '' };
  const isNews = words !== null || conversation.owner !== 'person';
  const told = isNews ? [note(words ?? handedOver, [button])] : [];
  const actions = [...taken.actions, ...told, ...timed.actions];
  return { conversation: timed.conversation, actions, outcome: 'handed_over' };
}

/** The bot reacts for all people behind the brain. */
function reactionsOf({ portalMessageId: messageId, added, removed }: BrainEvent & { type: 'reacted' }): PortalAction[] {
  const of =
    (isOn: boolean) =>
    (reaction: KnownReaction): PortalAction => ({ type: 'react', messageId, reaction, isOn });
  return [...removed.map(of(false)), ...added.map(of(true))];
}

/** The text of an edit or a deletion may be in several messages, or in fewer than the new one needs. */
function changesOf(
  event: BrainEvent & { type: 'reply_edited' | 'reply_deleted' | 'read' },
  conversation: Conversation,
  context: RuleContext,
): PortalAction[] {
  const messageId = event.portalMessageId;
  if (event.type === 'read') return [{ type: 'read', messageId }];
  // An empty text would delete the message in Bitrix24: a brain that means that says so.
  if (event.type === 'reply_edited') return editsOf(event, conversation, context);
  const all = context.parts.length === 0 ? [messageId] : context.parts.map((part) => part.messageId);
  return all.map((id) => ({ type: 'delete', messageId: id }));
}

/**
 * The pieces of the new text go into the messages that held the old one. When there are fewer, the first messages go: cards and buttons
 * hang on the last. When there are more, the rest is said behind everything, unless it is not remembered who may read it.
 */
function editsOf(
  event: BrainEvent & { type: 'reply_edited' },
  conversation: Conversation,
  context: RuleContext,
): PortalAction[] {
  const { portalMessageId } = event;
  const buttons = event.buttons === null ? null : pressable(event.buttons, conversation);
  const texts = context.parts.filter(({ kind }) => kind === 'text');
  // A file alone shows the text as its own.
  const targets = texts.length === 0 ? [portalMessageId] : texts.map(({ messageId }) => messageId);
  const split = splitText(withAddresses(event.text, event.buttons ?? [], conversation), portalTextLimit, wideInPortal);
  const pieces = context.parts.length === 0 || split.length === 0 ? [split[0] ?? ' '] : split;
  const kept = targets.slice(Math.max(0, targets.length - pieces.length));
  const decor = (index: number) =>
    index === pieces.length - 1
      ? { cards: event.cards, buttons }
      : { cards: [], buttons: buttons === null ? null : [] };
  const edits = kept.map((messageId, index): PortalAction => {
    return { type: 'edit', messageId, text: pieces[index] ?? ' ', ...decor(index) };
  });
  const deletes = targets
    .slice(0, targets.length - kept.length)
    .map((messageId): PortalAction => ({ type: 'delete', messageId }));
  const internal = context.parts.some((part) => part.internal);
  const sends = pieces.slice(kept.length).map((text, index): PortalAction => {
    const { cards, buttons: hanging } = decor(kept.length + index);
    return { ...plainSend(text), cards, buttons: hanging ?? [], internal, partOf: portalMessageId };
  });
  return [...edits, ...deletes, ...sends];
}

/** In groups only mentions are heard, so a button there carries a command instead of words said aloud. */
function pressable(buttons: readonly Button[], { kind }: Conversation): readonly Button[] {
  if (kind !== 'group') return buttons;
  return buttons.map((button) =>
    button.type === 'say'
      ? { type: 'command', label: button.label, command: pressCommand, params: button.text }
      : button,
  );
}

/** Messengers outside show no buttons of Bitrix24: there an address that hangs on one is said in the text. */
function withAddresses(text: string, buttons: readonly Button[], { kind }: Conversation): string {
  if (kind !== 'line') return text;
  const lines = buttons.flatMap((button) => {
    if (button.type !== 'link' || !/^https?:/.test(button.url) || text.includes(button.url)) return [];
    return [button.label === button.url ? button.url : `${button.label}: ${button.url}`];
  });
  return [text, ...lines].filter((part) => part !== '').join('\n');
}

/** A reply as one or more sends: the text in pieces that fit, then the files. */
function sendsOf(reply: Reply, conversation: Conversation): PortalAction[] {
  const event = reply.isInternal && conversation.kind === 'line' ? withoutFiles(reply, conversation) : reply;
  const words = withAddresses(event.text.trim(), event.buttons, conversation);
  const texts = words === '' && event.cards.length === 0 ? [] : splitText(words || ' ', portalTextLimit, wideInPortal);
  const answers = event.remoteMessageId;
  const count = texts.length + event.files.length;
  const place = (index: number) => (count === 1 ? { answers } : { answers, part: { index, count } });
  const sends = texts.map((text, index): PortalAction => {
    const isLast = index === texts.length - 1;
    return {
      type: 'send',
      text,
      buttons: isLast ? pressable(event.buttons, conversation) : [],
      cards: isLast ? event.cards : [],
      quoteOf: index === 0 ? event.quoteOf : null,
      internal: event.isInternal,
      ...place(index),
    };
  });
  const files = event.files.map((file, index): PortalAction => {
    return { type: 'send_file', file, text: '', ...place(texts.length + index) };
  });
  return [...sends, ...files];
}

/** An upload cannot be kept from the customer of an Open Channel: a note for staff only names its files. */
function withoutFiles(note: Reply, { language }: Conversation): Reply {
  if (note.files.length === 0) return note;
  const named = phrases(language).fileOnly(note.files.map(({ name }) => name).join(', '));
  return { ...note, text: [note.text.trim(), named].filter((part) => part !== '').join('\n'), files: [] };
}

/**
 * The brain counts a message as failed. The pipeline keeps back what is not sent yet, and the receipt of what is under way will tell of
 * it; a message whose parts have all ended is told of here.
 */
function onToldFailure(
  { remoteMessageId }: BrainEvent & { type: 'reply_failed' },
  conversation: Conversation,
  { fate, capabilities }: RuleContext,
): Bridged {
  // What was shown in part has a receipt that says so itself.
  const isShown = fate !== null && fate.told === null && fate.waiting === 0 && fate.error === null;
  if (!isShown || fate.shownAs === null || !capabilities.receipts) return noop(conversation, 'noted');
  const { shownAs: portalMessageId } = fate;
  const action = toBrain({ type: 'receipt', remoteMessageId, portalMessageId, error: null, isLate: true });
  return { conversation, actions: [action], outcome: 'noted' };
}

/** What the brain hears of a message that has ended: nothing new where it was withdrawn as a whole, and all there is to know where it counts as failed. */
function receiptFor(event: ReceiptEvent & { type: 'receipt' }, { fate }: RuleContext): BrainAction[] {
  const { portalMessageId, error } = event;
  if (fate === null || fate.told === null) return [event];
  if (portalMessageId === null && error === withdrawn) return [];
  const isSeen = portalMessageId !== null || error?.startsWith(fateUnknown) === true;
  return [isSeen ? { ...event, isLate: true } : event];
}

/** The brain spoke out of turn: nobody is talked over, and a brain that wants receipts hears that it was not shown. */
function refuseReply(event: BrainEvent, conversation: Conversation, context: RuleContext): Bridged {
  const id = event.type === 'reply' ? event.remoteMessageId : null;
  const receipt: ChatAction[] =
    id !== null && context.capabilities.receipts
      ? [toBrain({ type: 'receipt', remoteMessageId: id, portalMessageId: null, error: personOwns })]
      : [];
  return { conversation, actions: receipt, outcome: 'dropped_person_owns' };
}

/** What the pipeline learned: the brain's name of the conversation, or what became of a message. */
export function onReceipt(
  event: ReceiptEvent & { type: 'linked' | 'receipt' | 'change_refused' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  if (event.type === 'linked') {
    return { conversation: { ...conversation, remoteId: event.remoteConversationId }, actions: [], outcome: 'noted' };
  }
  if (event.type === 'change_refused' && event.side === 'brain') {
    const told = phrases(conversation.language).notPassedOn[event.what];
    return { conversation, actions: [note(`${told} (${event.error})`)], outcome: 'noted' };
  }
  if (!context.capabilities.receipts) return noop(conversation, 'noted');
  const told = (event.type === 'receipt' ? receiptFor(event, context) : [refused(event)]).map(toBrain);
  return { conversation, actions: told, outcome: 'noted' };
}

function refused({ what, messageId, text, error }: ReceiptEvent & { type: 'change_refused' }): BrainAction {
  return { type: 'change_refused', what, portalMessageId: messageId, text, error };
}
