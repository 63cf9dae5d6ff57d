/** What a message of a bound chat looks like in its group. Pure. Only staff reads a group, so private messages are shown too, with a mark. */
import { BadInput } from '../../../core/errors.ts';
import { type BrainEvent, type Card, type FileRef, type Reply, textReply } from '../../../core/events.ts';
import type { ConsoleContext } from './console-context.ts';
import { type GroupMessage, readGroupRow, type Showing, shownName } from './group-row.ts';
import { consoleTexts } from './texts/console-texts.ts';

/** What decoding depends on. */
type Rules = Pick<ConsoleContext, 'language' | 'readText' | 'cardsOf' | 'cardText' | 'fileId'>;

const maxName = 100;

/** Null for a row the console has not made. Throws BadInput when the row cannot be read. */
export function decodeGroupRow(body: Buffer, rules: Rules): readonly BrainEvent[] | null {
  const row = readGroupRow(body);
  if (row === null) return null;
  if (row === 'unreadable') {
    throw new BadInput({ code: 'messagegateway.unreadable', message: 'a message for a group could not be read' });
  }
  const { message, showing } = row;
  const messages = consoleTexts(rules.language);
  switch (showing.what) {
    case 'new':
      return [newReply(message, showing, rules)];
    case 'edited':
    case 'restored':
      return [changed(message, showing, `✏️ ${textOf(message, showing, rules)}`, rules.cardsOf(message))];
    case 'deleted': {
      const said = textOf(message, showing, rules);
      return [changed(message, showing, `🗑 ${messages.deletedBy(nameOf(message, showing, rules))}\n${said}`, [])];
    }
    case 'command': {
      const where = `#${message.chat_id}`;
      const line = rules.readText(message.content ?? '');
      return [plain(`👤 ${messages.typedCommand(nameOf(message, showing, rules), where)}\n${line}`)];
    }
    case 'failed': {
      const { code, message: words } = message.error ?? {};
      const reason = [code, words].filter((part) => part).join(': ') || '—';
      return [{ ...plain(`⚠️ ${messages.failed(reason)}`), quoteOf: showing.portalMessageId }];
    }
  }
}

/** Edits the message in the group; sends a new one if that message is not known. */
function changed(message: GroupMessage, showing: Showing, text: string, cards: readonly Card[]): BrainEvent {
  const { portalMessageId } = showing;
  if (portalMessageId !== null) return { type: 'reply_edited', portalMessageId, text, cards, buttons: null };
  return { ...plain(text), cards, remoteMessageId: shownName(message.id) };
}

function newReply(message: GroupMessage, showing: Showing, rules: Rules): Reply {
  return {
    ...plain(textOf(message, showing, rules)),
    remoteMessageId: shownName(message.id),
    cards: rules.cardsOf(message),
    files: filesOf(message, rules),
  };
}

function textOf(message: GroupMessage, showing: Showing, rules: Rules): string {
  const said = rules.readText([message.content, message.note].filter((part) => part).join('\n'));
  const quoted = message.quote?.content ? `> ${rules.readText(message.quote.content).replaceAll('\n', '\n> ')}` : '';
  const parts = [heading(message, showing, rules), quoted, said, ...rules.cardsOf(message).map(rules.cardText)];
  return parts.filter((part) => part !== '').join('\n');
}

/** The author, and for whom the message is. */
function heading(message: GroupMessage, showing: Showing, rules: Rules): string {
  const { staffOnly, toCustomer } = consoleTexts(rules.language);
  const name = nameOf(message, showing, rules);
  // Only `public` goes to the customer; any other scope counts as private.
  if (message.scope !== 'public') return `🔒 ${name} (${staffOnly}):`;
  if (message.from?.type === 'user' || message.from?.type === 'bot') return `👤 ${name} → ${toCustomer}:`;
  return `💬 ${name} · ${showing.channel}:`;
}

function nameOf(message: GroupMessage, showing: Showing, rules: Rules): string {
  const name = rules.readText(message.from?.name ?? '');
  // One line: a name with line breaks could pass for a message of somebody else.
  return (name || showing.customer).replaceAll(/\s+/g, ' ').slice(0, maxName);
}

/** Bitrix24 recognizes pictures by their extension. */
const usualExtension: Readonly<Record<FileRef['kind'], string>> = {
  image: '.jpg',
  audio: '.ogg',
  video: '.mp4',
  file: '',
};

function filesOf(message: GroupMessage, rules: Rules): readonly FileRef[] {
  return (message.items ?? []).flatMap((item): readonly FileRef[] => {
    if (!item.id) return [];
    const told = item.kind ?? message.type;
    const kind = told === 'image' || told === 'audio' || told === 'video' ? told : 'file';
    const caption = item.caption?.trim() ?? '';
    const isName = /^[^\n/\\]{1,200}\.[a-z\d]{1,5}$/i.test(caption);
    const name = isName ? caption : `${kind}-${item.id.slice(0, 8)}${usualExtension[kind]}`;
    return [{ id: rules.fileId(item.id), name, kind, size: item.size ?? null }];
  });
}

/** Only staff reads it, so it is shown while a person leads, too. */
function plain(text: string): Reply {
  return { ...textReply(text), isInternal: true };
}
