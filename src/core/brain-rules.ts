/** The rules for a brain's messages and requests, and for their results. */
import type { BrainAction, ChatAction, PortalAction } from './actions.ts';
import { botTexts } from './bot-texts.ts';
import {
  type Bridged,
  fateUnknown,
  noop,
  note,
  personOwns,
  type RuleContext,
  toBrain,
  toPortal,
  withdrawn,
} from './bridge-result.ts';
import { offerIn, withChoices } from './choices.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent, Button, ReceiptEvent, Receiver, Reply } from './events.ts';
import { onFollowUp } from './follow-ups.ts';
import { armInactivityTimer } from './inactivity.ts';
import { plainWords, portalWords } from './portal-words.ts';
import { onReacted } from './reaction-rules.ts';
import { onReplyChange } from './reply-changes.ts';
import { changeLead, type LeadCause } from './who-leads.ts';

/** A brain's messages are shown while it leads; its request to hand over is always granted. */
export function onBrainEvent(event: BrainEvent, conversation: Conversation, context: RuleContext): Bridged {
  if (event.type === 'handover') {
    const words = event.note === null ? null : plainWords(event.note, context.capabilities.textForm);
    return handOver('brain_handed_over', conversation, context, { words, to: event.to });
  }
  if (event.type === 'finish') {
    // A person leads: only people end the conversation.
    if (conversation.owner === 'person') return noop(conversation, 'dropped_person_owns');
    const { kind, sessionId } = conversation;
    const finish: PortalAction = { type: 'finish', ...(sessionId === null ? {} : { sessionId }) };
    const actions = kind === 'line' ? [toPortal(finish)] : [];
    return { conversation, actions, outcome: 'finished' };
  }
  if (event.type === 'taken_back') return takeBack(conversation, context);
  if (event.type === 'reply_failed') return onReportedFailure(event, conversation, context);
  // Its failure was reported before the message itself arrived.
  if (event.type === 'reply' && context.fate?.reported?.isWithdrawn === true) return noop(conversation, 'withdrawn');
  if (event.type === 'reacted') return onReacted(event, conversation, context);
  if (event.type === 'read') {
    const read: PortalAction = { type: 'read', messageId: event.portalMessageId };
    return { conversation, actions: [toPortal(read)], outcome: 'answered' };
  }
  if (event.type === 'reply_edited' || event.type === 'reply_deleted')
    return onReplyChange(event, conversation, context);
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

/** The people who led are told; if no person led, nothing changes. */
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

/** A brain may name something that cannot be an id of a portal. */
function isReceiver(to: Receiver | undefined): to is Receiver {
  if (to === undefined) return false;
  return /^[1-9]\d{0,15}$/.test(to.type === 'person' ? to.userId : to.lineId);
}

/** A reply as one or more sends: the text in pieces that fit, then the files. */
function sendsOf(event: Reply, conversation: Conversation, context: RuleContext) {
  const words = portalWords(event, conversation, context);
  const texts = words.pieces.length === 0 && event.cards.length > 0 ? [' '] : words.pieces;
  const { remoteMessageId, linkPreview } = event;
  const count = texts.length + event.files.length;
  const place = (index: number) => (count === 1 ? { remoteMessageId } : { remoteMessageId, part: { index, count } });
  const offered = withChoices(conversation, words.offered, { at: context.at, remoteMessageId });
  const sends = texts.map((text, index): PortalAction => {
    const isLast = index === texts.length - 1;
    return {
      type: 'send',
      text,
      ...words.form,
      ...(linkPreview === undefined ? {} : { linkPreview }),
      ...(isLast ? { ...words.menu, ...offerIn(offered, conversation) } : {}),
      buttons: isLast ? words.buttons : [],
      cards: isLast ? event.cards : [],
      quoteOf: index === 0 ? event.quoteOf : null,
      internal: event.isInternal,
      ...place(index),
    };
  });
  const hidden = event.isInternal && conversation.kind === 'line' ? ({ internal: true } as const) : {};
  const files = event.files.map((file, index): PortalAction => {
    return { type: 'send_file', file, text: '', ...hidden, ...place(texts.length + index) };
  });
  return { sends: [...sends, ...files], offered };
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
