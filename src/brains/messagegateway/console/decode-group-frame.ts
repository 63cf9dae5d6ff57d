/** What a message of a bound chat looks like in its group. Pure. Groups are staff: private messages are shown, and marked. */
import { BadInput } from '../../../core/errors.ts';
import type { BrainEvent, Card, FileRef, Reply } from '../../../core/events.ts';
import { unescapeHtml } from '../api/html-text.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import type { MessageGatewayConfig } from '../config.ts';
import { cardText, orderCard, productCard } from '../inbound/cards.ts';
import { botFilePrefix } from '../inbound/open-file.ts';
import { shownName } from './group-frames.ts';
import { type GroupMessage, groupFrameShape, type Showing } from './group-shapes.ts';
import { consoleMessages } from './messages.ts';

type Rules = Pick<MessageGatewayConfig, 'language' | 'unescapeHtml'>;

const maxName = 100;

/** Throws BadInput when the frame cannot be read. */
export function decodeGroupFrame(frame: Envelope, rules: Rules): readonly BrainEvent[] {
  const parsed = groupFrameShape.safeParse(frame.data);
  if (!parsed.success) {
    throw new BadInput({ code: 'messagegateway.unreadable', message: 'a message for a group could not be read' });
  }
  const { message, showing } = parsed.data;
  const phrases = consoleMessages(rules.language);
  switch (showing.what) {
    case 'new':
      return [newReply(message, showing, rules)];
    case 'edited':
    case 'restored':
      return [changed(message, showing, `✏️ ${textOf(message, showing, rules)}`, cardsOf(message, rules))];
    case 'deleted': {
      const said = textOf(message, showing, rules);
      return [changed(message, showing, `🗑 ${phrases.deletedBy(nameOf(message, showing, rules))}\n${said}`, [])];
    }
    case 'command': {
      const where = `#${message.chat_id}`;
      const line = rules.unescapeHtml ? unescapeHtml(message.content ?? '') : (message.content ?? '');
      return [plain(`👤 ${phrases.typedCommand(nameOf(message, showing, rules), where)}\n${line}`)];
    }
    case 'failed': {
      const { code, message: words } = message.error ?? {};
      const reason = [code, words].filter((part) => part).join(': ') || '—';
      return [{ ...plain(`⚠️ ${phrases.failed(reason)}`), quoteOf: showing.portalMessageId }];
    }
  }
}

/** In place where the message is known, said anew where it is not. */
function changed(message: GroupMessage, showing: Showing, text: string, cards: readonly Card[]): BrainEvent {
  const { portalMessageId } = showing;
  if (portalMessageId !== null) return { type: 'reply_edited', portalMessageId, text, cards, buttons: null };
  return { ...plain(text), cards, remoteMessageId: shownName(message.id) };
}

function newReply(message: GroupMessage, showing: Showing, rules: Rules): Reply {
  return {
    ...plain(textOf(message, showing, rules)),
    remoteMessageId: shownName(message.id),
    cards: cardsOf(message, rules),
    files: filesOf(message),
  };
}

function textOf(message: GroupMessage, showing: Showing, rules: Rules): string {
  const read = (text: string): string => (rules.unescapeHtml ? unescapeHtml(text) : text);
  const said = read([message.content, message.note].filter((part) => part).join('\n'));
  const quoted = message.quote?.content ? `> ${read(message.quote.content).replaceAll('\n', '\n> ')}` : '';
  const parts = [heading(message, showing, rules), quoted, said, ...cardsOf(message, rules).map(cardText)];
  return parts.filter((part) => part !== '').join('\n');
}

/** Who speaks, and to whom. */
function heading(message: GroupMessage, showing: Showing, rules: Rules): string {
  const { staffOnly, toCustomer } = consoleMessages(rules.language);
  const name = nameOf(message, showing, rules);
  // Only what is public by name is; everything else is among staff.
  if (message.scope !== 'public') return `🔒 ${name} (${staffOnly}):`;
  if (message.from?.type === 'user' || message.from?.type === 'bot') return `👤 ${name} → ${toCustomer}:`;
  return `💬 ${name} · ${showing.channel}:`;
}

function nameOf(message: GroupMessage, showing: Showing, rules: Rules): string {
  const name = rules.unescapeHtml ? unescapeHtml(message.from?.name ?? '') : message.from?.name;
  // A name is one line, whatever somebody calls himself: the next line is another's.
  return (name || showing.customer).replaceAll(/\s+/g, ' ').slice(0, maxName);
}

function cardsOf(message: GroupMessage, rules: Rules): readonly Card[] {
  if (message.type === 'product' && message.product) return [productCard(message.product, rules.language)];
  return message.type === 'order' && message.order ? [orderCard(message.order, rules.language)] : [];
}

/** Bitrix24 shows pictures by their extension. */
const usualExtension: Readonly<Record<FileRef['kind'], string>> = {
  image: '.jpg',
  audio: '.ogg',
  video: '.mp4',
  file: '',
};

function filesOf(message: GroupMessage): readonly FileRef[] {
  return (message.items ?? []).flatMap((item): readonly FileRef[] => {
    if (!item.id) return [];
    const told = item.kind ?? message.type;
    const kind = told === 'image' || told === 'audio' || told === 'video' ? told : 'file';
    const caption = item.caption?.trim() ?? '';
    const isName = /^[^\n/\\]{1,200}\.[a-z\d]{1,5}$/i.test(caption);
    const name = isName ? caption : `${kind}-${item.id.slice(0, 8)}${usualExtension[kind]}`;
    return [{ id: `${botFilePrefix}${item.id}`, name, kind, size: item.size ?? null }];
  });
}

function plain(text: string): Reply {
  return {
    type: 'reply',
    remoteMessageId: null,
    text,
    buttons: [],
    cards: [],
    files: [],
    quoteOf: null,
    // Staff alone reads it; so it is also said where a person leads.
    isInternal: true,
  };
}
