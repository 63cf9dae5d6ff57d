/** Decodes a stored transport webhook: messages of managers and bots, their edits and deletions, reactions, and what was read. Pure. */
import { cardText } from '../../../core/card-text.ts';
import { BadInput } from '../../../core/errors.ts';
import type { BrainEvent, FileRef, Reply } from '../../../core/events.ts';
import { readReaction } from '../../../core/reactions.ts';
import { unescapeHtml } from '../api/html-text.ts';
import { type Envelope, type MessageData, messageDataShape, reactionDataShape } from '../api/webhook-shapes.ts';
import { maxItems } from '../channels/channel-settings.ts';
import type { MessageGatewayConfig } from '../config.ts';
import { portalMessageId } from '../outbound/message-names.ts';
import { cardsOf } from './cards.ts';
import { toButtons } from './suggestions.ts';

/** What decoding depends on. */
export type DecodeRules = Pick<MessageGatewayConfig, 'language' | 'unescapeHtml' | 'managerAnswer'>;

/** Empty: the webhook changes nothing in a chat. Throws BadInput when the webhook cannot be read. */
export function decodeWebhook({ type, data }: Envelope, rules: DecodeRules): readonly BrainEvent[] {
  switch (type) {
    case 'message_sent':
      return messageSent(read(data), rules);
    case 'message_updated':
      return messageUpdated(read(data), rules);
    case 'message_deleted':
      return about(read(data), (id) => ({ type: 'reply_deleted', portalMessageId: id }));
    case 'message_read':
      return about(read(data), (id) => ({ type: 'read', portalMessageId: id }));
    case 'reaction_add':
    case 'reaction_delete':
      return reacted(data);
    default:
      return [];
  }
}

/** Whether customers may see the message. Messages among staff are never shown to them: the scope must be `public` or absent. */
export function isForCustomers(data: Pick<MessageData, 'scope' | 'type'>): boolean {
  const isPublic = data.scope === null || data.scope === undefined || data.scope === 'public';
  return isPublic && data.type !== 'command' && data.type !== 'system';
}

function read(data: unknown): MessageData {
  const parsed = messageDataShape.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new BadInput({ code: 'messagegateway.unreadable', message: 'a webhook of MessageGateway could not be read' });
}

function messageSent(data: MessageData, rules: DecodeRules): readonly BrainEvent[] {
  if (!isForCustomers(data)) return [];
  const cards = cardsOf(data, rules.language);
  const files = filesOf(data);
  const words = saidIn(data, rules);
  const reply: Reply = {
    type: 'reply',
    remoteMessageId: data.id === null || data.id === undefined ? null : String(data.id),
    text: [words, ...cards.map(cardText), ...captionsOf(data, words)].filter((part) => part !== '').join('\n'),
    buttons: toButtons(data.attachments?.suggestions ?? []),
    cards,
    files,
    quoteOf: portalMessageId(data.quote_external_id),
    isInternal: false,
  };
  const isEmpty = reply.text.trim() === '' && files.length === 0;
  // Buttons need a message to hang on.
  const said = isEmpty && reply.buttons.length > 0 ? { ...reply, text: '…' } : reply;
  if (isEmpty && said === reply) return [];
  // Only a message of a manager takes the conversation back, not one of a bot.
  return rules.managerAnswer === 'take' && data.user ? [{ type: 'taken_back' }, said] : [said];
}

function messageUpdated(data: MessageData, rules: DecodeRules): readonly BrainEvent[] {
  if (!isForCustomers(data)) return [];
  const cards = cardsOf(data, rules.language);
  const text = [saidIn(data, rules), ...cards.map(cardText)].filter((part) => part !== '').join('\n');
  // Bitrix24 would delete a message whose text becomes empty. Removing a caption changes nothing there.
  if (text.trim() === '') return [];
  // The key is optional: without it the buttons stay.
  const buttons = data.attachments ? toButtons(data.attachments.suggestions ?? []) : null;
  return about(data, (id) => ({ type: 'reply_edited', portalMessageId: id, text, cards, buttons }));
}

/** Another person may have reacted in the same way, so a reaction that the message still has is not removed. */
function reacted(data: unknown): readonly BrainEvent[] {
  const parsed = reactionDataShape.safeParse(data);
  const id = parsed.success ? portalMessageId(parsed.data.external_message_id) : null;
  if (!parsed.success || id === null) return [];
  const { new_reaction: added, old_reaction: removed, all_reactions: all } = parsed.data;
  const left = new Set((all ?? []).map(({ reaction }) => readReaction(reaction)));
  const [on, off] = [readReaction(added), readReaction(removed)];
  const isGone = off !== null && off !== on && !left.has(off);
  if (on === null && !isGone) return [];
  return [{ type: 'reacted', portalMessageId: id, added: on === null ? [] : [on], removed: isGone ? [off] : [] }];
}

/** No event for a message that has no id in Bitrix24. */
function about(data: MessageData, make: (portalMessageId: string) => BrainEvent): readonly BrainEvent[] {
  const id = portalMessageId(data.external_message_id);
  return id === null ? [] : [make(id)];
}

function saidIn(data: MessageData, rules: DecodeRules): string {
  const text = data.content || data.note || '';
  return rules.unescapeHtml ? unescapeHtml(text) : text;
}

/** Extensions of files without a name. Bitrix24 recognizes pictures by their extension. */
const usualExtension: Readonly<Record<FileRef['kind'], string>> = {
  image: '.jpg',
  audio: '.ogg',
  video: '.mp4',
  file: '',
};

type Item = NonNullable<MessageData['items']>[number];

/** Each file once. A template's header may repeat files of `items`, and either may lack the caption. */
function itemsOf({ items, template }: MessageData): readonly Item[] {
  const found = new Map<string, Item>();
  for (const item of [...(items ?? []), ...(template?.variables?.header?.attachments ?? [])]) {
    const known = found.get(item.id);
    const caption = known?.caption?.trim() ? known.caption : item.caption;
    found.set(item.id, { ...item, ...known, caption, size: known?.size ?? item.size });
  }
  return [...found.values()].slice(0, maxItems);
}

function filesOf(data: MessageData): readonly FileRef[] {
  const kind = data.type === 'image' || data.type === 'audio' ? data.type : 'file';
  return itemsOf(data).map(({ id, caption, size }) => ({
    id,
    name: isFileName(caption) ? caption.trim() : `${kind}-${id.slice(0, 8)}${usualExtension[kind]}`,
    kind,
    size: size ?? null,
  }));
}

/** A caption may be a file name or a text. Texts become part of the message. */
function captionsOf(data: MessageData, said: string): readonly string[] {
  return itemsOf(data).flatMap(({ caption }) => {
    const words = caption?.trim() ?? '';
    return words === '' || isFileName(words) || said.includes(words) ? [] : [words];
  });
}

function isFileName(caption: string | null | undefined): caption is string {
  return /^[^\n/\\]{1,200}\.[a-z\d]{1,5}$/i.test(caption?.trim() ?? '');
}
