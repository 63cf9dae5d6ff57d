/** The rules for a brain's messages and requests, and for their results. */
import type { BrainAction, ChatAction, PortalAction } from './actions.ts';
import { botTexts } from './bot-texts.ts';
import {
  type Bridged,
  fateUnknown,
  noop,
  note,
  personOwns,
  plainSend,
  type RuleContext,
  type SentPart,
  toBrain,
  toPortal,
  withdrawn,
} from './bridge-result.ts';
import { buttonLines, withChoices } from './choices.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent, Button, ReceiptEvent, Receiver, Reply } from './events.ts';
import { onFollowUp } from './follow-ups.ts';
import { armInactivityTimer } from './inactivity.ts';
import { changeLead, type LeadCause } from './ownership.ts';
import { plainWords, portalWords } from './portal-words.ts';
import type { KnownReaction } from './reactions.ts';

/** A brain's messages are shown while it leads; its request to hand over is always granted. */
export function onBrainEvent(event: BrainEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (event.type === 'handover') {
    const words = event.note === null ? null : plainWords(event.note, context.capabilities.textForm);
    return handOver('brain_handed_over', conversation, context, { words, to: event.to });
  }
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
  if (event.type === 'read') {
    const read: PortalAction = { type: 'read', messageId: event.portalMessageId };
    return { conversation, actions: [toPortal(read)], outcome: 'answered' };
  }
  if (event.type === 'reply_edited' || event.type === 'reply_deleted') {
    if ('remoteMessageId' in event && context.parts.length === 0) return noop(conversation, 'ignored_unknown_message');
    const actions = changesOf(event, conversation, context).map(toPortal);
    return { conversation: afterChange(event, conversation, context), actions, outcome: 'answered' };
  }
  if (event.type === 'follow_up' || event.type === 'follow_up_cancelled')
    return onFollowUp(event, conversation, context);
  const isForPeople = event.type === 'reply' && event.isInternal;
  if (conversation.owner === 'person' && !isForPeople) return refuseReply(event, conversation, context);
  if (event.type === 'typing') return { conversation, actions: [toPortal({ type: 'typing' })], outcome: 'answered' };
  const { sends, offered } = sendsOf(event, conversation, context);
  const actions = sends.map(toPortal);
  if (actions.length === 0) return noop(conversation, 'ignored_empty');
  // An answer replaces a pending greeting. A note to staff does not.
  const isGreeted = conversation.isGreeted || !isForPeople;
  return { conversation: { ...offered, isGreeted }, actions, outcome: 'answered' };
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
  event: BrainEvent & { type: 'reply_edited' | 'reply_deleted' },
  conversation: Conversation,
  context: RuleContext,
): PortalAction[] {
  // An empty text would delete the message in Bitrix24; a brain that wants that sends a deletion.
  if (event.type === 'reply_edited') return editsOf(event, conversation, context);
  const all = context.parts.length === 0 ? [messageOf(event)] : context.parts.map(messageIn);
  return all.map((message) => ({ type: 'delete', ...message }));
}

type MessageName = Pick<SentPart, 'messageId' | 'sent'>;

function messageOf(event: BrainEvent & { type: 'reply_edited' | 'reply_deleted' }): MessageName {
  return { messageId: 'portalMessageId' in event ? event.portalMessageId : '' };
}

function messageIn({ messageId, sent }: SentPart): MessageName {
  return sent === undefined ? { messageId } : { messageId, sent };
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
  const own = messageOf(event);
  const internal = context.parts.some((part) => part.internal);
  const words = portalWords({ ...event, buttons: event.buttons ?? [], isInternal: internal }, conversation, context);
  const buttons = event.buttons === null ? null : words.buttons;
  const texts = context.parts.filter(({ kind }) => kind === 'text');
  // A file without text messages shows the text as its own.
  const targets = texts.length === 0 ? [fileOf(context.parts) ?? own] : texts.map(messageIn);
  const split = words.pieces;
  const pieces = context.parts.length === 0 || split.length === 0 ? [split[0] ?? ' '] : split;
  const kept = targets.slice(Math.max(0, targets.length - pieces.length));
  const decor = (index: number) =>
    index === pieces.length - 1
      ? { ...words.menu, cards: event.cards, buttons }
      : { cards: [], buttons: buttons === null ? null : [] };
  const edits = kept.map((message, index): PortalAction => {
    return { type: 'edit', ...message, text: pieces[index] ?? ' ', ...words.form, ...decor(index) };
  });
  const deletes = targets
    .slice(0, targets.length - kept.length)
    .map((message): PortalAction => ({ type: 'delete', ...message }));
  const sends = pieces.slice(kept.length).map((text, index): PortalAction => {
    const { buttons: hanging, ...others } = decor(kept.length + index);
    return { ...plainSend(text), ...words.form, ...others, buttons: hanging ?? [], internal, ...partOf(own) };
  });
  return [...edits, ...deletes, ...sends];
}

/** Choices that an edit offers replace the earlier ones; an edit that takes all buttons away ends them. */
function afterChange(event: BrainEvent, conversation: Conversation, { at, parts }: RuleContext): Conversation {
  const isOffer = event.type === 'reply_edited' && event.buttons !== null && conversation.kind === 'line';
  if (!isOffer || event.buttons === null || parts.some(({ internal }) => internal)) return conversation;
  return withChoices({ ...conversation, choices: null }, buttonLines(event.buttons).choices, at);
}

/** The file that a change by the brain's own id is about; a change by the portal's id names its message itself. */
function fileOf(parts: readonly SentPart[]): MessageName | null {
  const [file] = parts;
  return file?.sent === undefined ? null : messageIn(file);
}

/** Later changes find the additional message by the id of the changed one, where that is known. */
function partOf({ messageId }: MessageName): { readonly partOf?: string } {
  return messageId === '' ? {} : { partOf: messageId };
}

/** A reply as one or more sends: the text in pieces that fit, then the files. */
function sendsOf(reply: Reply, conversation: Conversation, context: RuleContext) {
  const event = reply.isInternal && conversation.kind === 'line' ? withoutFiles(reply, conversation) : reply;
  const words = portalWords(event, conversation, context);
  const texts = words.pieces.length === 0 && event.cards.length > 0 ? [' '] : words.pieces;
  const { remoteMessageId, linkPreview } = reply;
  const count = texts.length + event.files.length;
  const place = (index: number) => (count === 1 ? { remoteMessageId } : { remoteMessageId, part: { index, count } });
  const sends = texts.map((text, index): PortalAction => {
    const isLast = index === texts.length - 1;
    return {
      type: 'send',
      text,
      ...words.form,
      ...(linkPreview === undefined ? {} : { linkPreview }),
      ...(isLast ? words.menu : {}),
      buttons: isLast ? words.buttons : [],
      cards: isLast ? event.cards : [],
      quoteOf: index === 0 ? event.quoteOf : null,
      internal: event.isInternal,
      ...place(index),
    };
  });
  const files = event.files.map((file, index): PortalAction => {
    return { type: 'send_file', file, text: '', ...place(texts.length + index) };
  });
  return { sends: [...sends, ...files], offered: withChoices(conversation, words.choices, context.at) };
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
