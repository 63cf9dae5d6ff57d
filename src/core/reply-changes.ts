/** The rules for edits and deletions of a brain's own messages: which messages in Bitrix24 they change, and what the customer may answer then. */
import type { PortalAction, ShownFile } from './actions.ts';
import { type Bridged, noop, plainSend, type RuleContext, type SentPart, toPortal } from './bridge-result.ts';
import { offerIn, standingLines, withChoices } from './choices.ts';
import type { Conversation } from './conversation.ts';
import type { BrainEvent } from './events.ts';
import { type PortalWords, portalWords } from './portal-words.ts';

type Change = BrainEvent & { type: 'reply_edited' | 'reply_deleted' };

/** Messages sent before a person took over may still be corrected: that interrupts nobody. */
export function onReplyChange(event: Change, before: Conversation, context: RuleContext): Bridged {
  if ('remoteMessageId' in event && context.parts.length === 0) return noop(before, 'ignored_unknown_message');
  const { conversation, actions } = changesOf(event, before, context);
  return { conversation, actions: actions.map(toPortal), outcome: 'answered' };
}

/** The old text may be in several messages, or in fewer than the new text needs. */
function changesOf(event: Change, conversation: Conversation, context: RuleContext): PortalChanges {
  // An empty text would delete the message in Bitrix24; a brain that wants that sends a deletion.
  if (event.type === 'reply_edited') return editsOf(event, conversation, context);
  const all = context.parts.length === 0 ? [messageOf(event)] : context.parts.map(messageIn);
  return { conversation, actions: all.map((message) => ({ type: 'delete', ...message })) };
}

interface PortalChanges {
  /** With the choices that an edit offers, and without those that it takes away. */
  readonly conversation: Conversation;
  readonly actions: readonly PortalAction[];
}

type MessageName = Pick<SentPart, 'messageId' | 'sent'>;

function messageOf(event: Change): MessageName {
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
): PortalChanges {
  const own = messageOf(event);
  const internal = context.parts.some((part) => part.internal);
  const remoteMessageId = 'remoteMessageId' in event ? event.remoteMessageId : brainIdOf(context.parts);
  const standing = event.buttons === null ? standingLines(conversation, remoteMessageId) : [];
  const said = { ...event, buttons: event.buttons ?? [], isInternal: internal, standing };
  const words = portalWords(said, conversation, context);
  const buttons = event.buttons === null ? null : words.buttons;
  const after = afterEdit(event, conversation, { ...context, words, internal, remoteMessageId });
  const texts = context.parts.filter(({ kind }) => kind === 'text');
  // A file without text messages shows the text as its own.
  const targets = texts.length === 0 ? [fileMessage(context.parts, own)] : texts.map(messageIn);
  const split = words.pieces;
  const pieces = context.parts.length === 0 || split.length === 0 ? [split[0] ?? ' '] : split;
  const kept = targets.slice(Math.max(0, targets.length - pieces.length));
  const decor = (index: number) =>
    index === pieces.length - 1
      ? { ...words.menu, ...offerIn(after, conversation), cards: event.cards, buttons }
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
  return { conversation: after, actions: [...edits, ...deletes, ...sends] };
}

interface EditedWords {
  readonly at: string;
  readonly words: PortalWords;
  readonly internal: boolean;
  readonly remoteMessageId: string | null;
}

/** Choices that an edit offers replace the earlier ones; an edit that takes all buttons away ends them. */
function afterEdit(
  { buttons }: BrainEvent & { type: 'reply_edited' },
  conversation: Conversation,
  { at, words, internal, remoteMessageId }: EditedWords,
): Conversation {
  if (buttons === null || conversation.kind !== 'line' || internal) return conversation;
  // The earlier offer keeps its name until it is replaced, so that no two offers of one moment have the same name.
  const offered = withChoices(conversation, words.offered, { at, remoteMessageId });
  return offered === conversation ? { ...conversation, choices: null } : offered;
}

function brainIdOf(parts: readonly SentPart[]): string | null {
  return parts.find(({ remoteMessageId }) => remoteMessageId !== undefined)?.remoteMessageId ?? null;
}

/** The file message that an edit changes: the first one if the brain's own id names them all, otherwise the one named by its id in Bitrix24. */
function fileMessage(parts: readonly SentPart[], own: MessageName): MessageName & { readonly shows?: ShownFile } {
  const part = parts.find(({ sent, messageId }) => sent !== undefined || messageId === own.messageId);
  if (part?.file === undefined) return part === undefined ? own : messageIn(part);
  return { ...messageIn(part), shows: { file: part.file, internal: part.internal } };
}

/** Later changes find the additional message by the id of the changed one, where that is known. */
function partOf({ messageId }: MessageName): { readonly partOf?: string } {
  return messageId === '' ? {} : { partOf: messageId };
}
