/** The rules for a brain's messages and requests, and for their results. */
import type { BrainAction, ChatAction, PortalAction } from './actions.ts';
import { botTexts, pressCommand } from './bot-texts.ts';
import {
  type Bridged,
  fateUnknown,
  noop,
  note,
  personOwns,
  plainSend,
  type RuleContext,
  toBrain,
  toPortal,
  withdrawn,
} from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent, Button, ReceiptEvent, Receiver, Reply } from './events.ts';
import { onFollowUp } from './follow-ups.ts';
import { armInactivityTimer } from './inactivity.ts';
import { changeLead, type LeadCause } from './ownership.ts';
import type { KnownReaction } from './reactions.ts';
import { splitText } from './split-text.ts';

/** The longest text Bitrix24 stores, in UTF-16 code units; it cuts longer ones, so we split before. */
const portalTextLimit = 20_000;

/** Characters that could begin markup or a command are sent with an invisible extra character. */
const escapedInPortal = '[>-/';

/** A brain's messages are shown while it leads; its request to hand over is always granted. */
export function onBrainEvent(event: BrainEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (event.type === 'handover')
    return handOver('brain_handed_over', conversation, context, { words: event.note, to: event.to });
  if (event.type === 'finish') {
    // A person leads: only people end the conversation.
    if (conversation.owner === 'person') return noop(conversation, 'dropped_person_owns');
    const actions = conversation.kind === 'line' ? [toPortal({ type: 'finish' })] : [];
    return { conversation, actions, outcome: 'finished' };
  }
  if (event.type === 'taken_back') return takeBack(conversation, context);
  if (event.type === 'reply_failed') return onReportedFailure(event, conversation, context);
  // Its failure was reported before the message itself arrived.
  if (event.type === 'reply' && context.fate?.reported?.isWithdrawn === true) return noop(conversation, 'withdrawn');
  // Messages sent before a person took over may still be corrected: that interrupts nobody.
  if (event.type === 'reacted') return { conversation, actions: reactionsOf(event).map(toPortal), outcome: 'answered' };
  if (event.type === 'reply_edited' || event.type === 'reply_deleted' || event.type === 'read') {
    return { conversation, actions: changesOf(event, conversation, context).map(toPortal), outcome: 'answered' };
  }
  if (event.type === 'follow_up' || event.type === 'follow_up_cancelled')
    return onFollowUp(event, conversation, context);
  const isForPeople = event.type === 'reply' && event.isInternal;
  if (conversation.owner === 'person' && !isForPeople) return refuseReply(event, conversation, context);
  if (event.type === 'typing') return { conversation, actions: [toPortal({ type: 'typing' })], outcome: 'answered' };
  const actions = sendsOf(event, conversation).map(toPortal);
  if (actions.length === 0) return noop(conversation, 'ignored_empty');
  // An answer replaces a pending greeting. A note to staff does not.
  const isGreeted = conversation.isGreeted || !isForPeople;
  return { conversation: { ...conversation, isGreeted }, actions, outcome: 'answered' };
}

/** The people who led are told; if nobody led, nothing changes. */
function takeBack(conversation: Conversation, context: RuleContext): Bridged {
  if (conversation.owner === 'brain') return noop(conversation, 'noted');
  const taken = changeLead('brain_took_back', conversation, context);
  const words = botTexts(conversation.language).handedBack;
  return { ...taken, actions: [...taken.actions, note(words)], outcome: 'handed_back' };
}

/**
 * Hands over to people. In an Open Channel the portal calls operators and shows that itself; elsewhere the bot says so.
 *
 * @param words for the staff; null: the app's own where the portal shows nothing
 */
export function handOver(
  cause: LeadCause,
  conversation: Conversation,
  context: RuleContext,
  { words, to }: { readonly words: string | null; readonly to?: Receiver | undefined },
): Bridged {
  const taken = changeLead(cause, conversation, context);
  if (conversation.kind === 'line') {
    const told = words === null ? [] : [note(words)];
    const order = toPortal({ type: 'handover', ...(isReceiver(to) ? { to } : {}) });
    return { ...taken, actions: [...taken.actions, ...told, order], outcome: 'handed_over' };
  }
  const timed = armInactivityTimer(taken.conversation, context);
  const { handedOver, giveBack } = botTexts(conversation.language);
  const button: Button = { type: 'command', label: giveBack, command: 'bot', params: '' };
  const isNews = words !== null || conversation.owner !== 'person';
  const told = isNews ? [note(words ?? handedOver, [button])] : [];
  const actions = [...taken.actions, ...told, ...timed.actions];
  return { conversation: timed.conversation, actions, outcome: 'handed_over' };
}

/** What a brain names may be no id of a portal at all. */
function isReceiver(to: Receiver | undefined): to is Receiver {
  if (to === undefined) return false;
  return /^[1-9]\d{0,15}$/.test(to.type === 'person' ? to.userId : to.lineId);
}

/** The bot reacts on behalf of all people behind the brain. */
function reactionsOf({ portalMessageId: messageId, added, removed }: BrainEvent & { type: 'reacted' }): PortalAction[] {
  const of =
    (isOn: boolean) =>
    (reaction: KnownReaction): PortalAction => ({ type: 'react', messageId, reaction, isOn });
  return [...removed.map(of(false)), ...added.map(of(true))];
}

/** The text of an edit or a deletion may be in several messages, or in fewer than the new text needs. */
function changesOf(
  event: BrainEvent & { type: 'reply_edited' | 'reply_deleted' | 'read' },
  conversation: Conversation,
  context: RuleContext,
): PortalAction[] {
  const messageId = event.portalMessageId;
  if (event.type === 'read') return [{ type: 'read', messageId }];
  // An empty text would delete the message in Bitrix24; a brain that wants that sends a deletion.
  if (event.type === 'reply_edited') return editsOf(event, conversation, context);
  const all = context.parts.length === 0 ? [messageId] : context.parts.map((part) => part.messageId);
  return all.map((id) => ({ type: 'delete', messageId: id }));
}

/**
 * Writes the pieces of the new text into the messages that held the old one. If there are fewer pieces, the first messages are deleted,
 * because cards and buttons are on the last one. If there are more, the rest is sent as new messages at the end, unless it is unknown who
 * may read them.
 */
function editsOf(
  event: BrainEvent & { type: 'reply_edited' },
  conversation: Conversation,
  context: RuleContext,
): PortalAction[] {
  const { portalMessageId } = event;
  const buttons = event.buttons === null ? null : pressable(event.buttons, conversation);
  const texts = context.parts.filter(({ kind }) => kind === 'text');
  // A file without text messages shows the text as its own.
  const targets = texts.length === 0 ? [portalMessageId] : texts.map(({ messageId }) => messageId);
  const split = splitText(
    withAddresses(event.text, event.buttons ?? [], conversation),
    portalTextLimit,
    escapedInPortal,
  );
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

/** In groups the bot receives only mentions, so a button there carries a command instead of a message said aloud. */
function pressable(buttons: readonly Button[], { kind }: Conversation): readonly Button[] {
  if (kind !== 'group') return buttons;
  return buttons.map((button) =>
    button.type === 'say'
      ? { type: 'command', label: button.label, command: pressCommand, params: button.text }
      : button,
  );
}

/** External messengers show no buttons of Bitrix24: there a button's address is added to the text. */
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
  const texts =
    words === '' && event.cards.length === 0 ? [] : splitText(words || ' ', portalTextLimit, escapedInPortal);
  const { remoteMessageId } = reply;
  const count = texts.length + event.files.length;
  const place = (index: number) => (count === 1 ? { remoteMessageId } : { remoteMessageId, part: { index, count } });
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

/**
 * An uploaded file is always visible to the customer of an Open Channel (docs/platform-notes/bitrix24.md#hidden-notes), so a note for staff only
 * names its files.
 */
function withoutFiles(note: Reply, { language }: Conversation): Reply {
  if (note.files.length === 0) return note;
  const named = botTexts(language).fileOnly(note.files.map(({ name }) => name).join(', '));
  return { ...note, text: [note.text.trim(), named].filter((part) => part !== '').join('\n'), files: [] };
}

/**
 * The brain counts a message as failed. Parts not sent yet are withdrawn by the queue, and the receipt of parts in flight will report their
 * result; if all parts have ended, the result is reported here.
 */
function onReportedFailure(
  { remoteMessageId }: BrainEvent & { type: 'reply_failed' },
  conversation: Conversation,
  { fate, capabilities }: RuleContext,
): Bridged {
  // A message shown in part has a receipt that says so.
  const isShown = fate !== null && fate.reported === null && fate.waiting === 0 && fate.error === null;
  if (!isShown || fate.shownAs === null || !capabilities.receipts) return noop(conversation, 'noted');
  const { shownAs: portalMessageId } = fate;
  const action = toBrain({ type: 'receipt', remoteMessageId, portalMessageId, error: null, isLate: true });
  return { conversation, actions: [action], outcome: 'noted' };
}

/**
 * The receipt of an ended message: none if the whole message was withdrawn, and `isLate` if the brain counts it as failed but it may have
 * been shown.
 */
function receiptFor(event: ReceiptEvent & { type: 'receipt' }, { fate }: RuleContext): BrainAction[] {
  const { portalMessageId, error } = event;
  if (fate === null || fate.reported === null) return [event];
  if (portalMessageId === null && error === withdrawn) return [];
  const isSeen = portalMessageId !== null || error?.startsWith(fateUnknown) === true;
  return [isSeen ? { ...event, isLate: true } : event];
}

/** The brain sent a message while a person leads: it is not shown, and a brain that wants receipts is told so. */
function refuseReply(event: BrainEvent, conversation: Conversation, context: RuleContext): Bridged {
  const id = event.type === 'reply' ? event.remoteMessageId : null;
  const receipt: ChatAction[] =
    id !== null && context.capabilities.receipts
      ? [toBrain({ type: 'receipt', remoteMessageId: id, portalMessageId: null, error: personOwns })]
      : [];
  return { conversation, actions: receipt, outcome: 'dropped_person_owns' };
}

/** The results of actions: the brain's id of the conversation, or how a message or a change ended. */
export function onReceipt(
  event: ReceiptEvent & { type: 'linked' | 'receipt' | 'change_refused' },
  conversation: Conversation,
  context: RuleContext,
): Bridged {
  if (event.type === 'linked') {
    return { conversation: { ...conversation, remoteId: event.remoteConversationId }, actions: [], outcome: 'noted' };
  }
  if (event.type === 'change_refused' && event.side === 'brain') {
    const told = botTexts(conversation.language).changeFailed[event.what];
    return { conversation, actions: [note(`${told} (${event.error})`)], outcome: 'noted' };
  }
  if (!context.capabilities.receipts) return noop(conversation, 'noted');
  const told = (event.type === 'receipt' ? receiptFor(event, context) : [refusedChange(event)]).map(toBrain);
  return { conversation, actions: told, outcome: 'noted' };
}

function refusedChange({ what, messageId, text, error }: ReceiptEvent & { type: 'change_refused' }): BrainAction {
  return { type: 'change_refused', what, portalMessageId: messageId, text, error };
}
