/** What the server on the other side stores: its conversations, their messages, and who leads. */
import type { HeardEvent } from './event-shapes.ts';

export interface Line {
  /** Bitrix24's id of a message from the app, the server's own id of a message it sent. */
  readonly id: string;
  readonly who: 'them' | 'us' | 'note';
  readonly name: string;
  text: string;
  readonly files: readonly { readonly name: string; readonly url: string }[];
  readonly at: number;
  isEdited: boolean;
  isDeleted: boolean;
}

export interface Conversation {
  readonly ref: string;
  readonly title: string;
  readonly bot: string;
  owner: 'brain' | 'person';
  readonly lines: Line[];
}

const MAX_LINES = 500;

export class Talk {
  readonly conversations = new Map<string, Conversation>();
  /** The address for answers, from the latest event. */
  answerUrl = '';

  /** Stores a new event; the caller has sorted out repetitions. */
  hear(event: HeardEvent): void {
    this.answerUrl = event.data.answerUrl;
    if (event.type === 'endpoint.check') return;
    const conversation = this.#conversationOf(event.data);
    switch (event.type) {
      case 'message.created': {
        const { id, text, author, files } = event.data.message;
        this.add(conversation, { id, who: 'them', name: author.name, text, files });
        return;
      }
      case 'message.edited':
        this.change(conversation, event.data.message.id, event.data.message.text);
        return;
      case 'message.deleted':
        this.remove(conversation, event.data.message.id);
        return;
      case 'conversation.owner_changed':
        conversation.owner = event.data.owner;
        return;
      case 'message.reaction':
        this.#note(conversation, event.data.author.name, `${event.data.reaction} ${event.data.change}`);
        return;
      case 'context.opened':
        this.#note(conversation, event.data.author?.name ?? '', JSON.stringify(event.data.context));
        return;
      case 'session.started':
      case 'session.finished':
        return;
      case 'request.created':
        this.add(conversation, {
          id: event.data.request.id,
          who: 'note',
          name: event.data.request.by,
          text: event.data.request.text,
        });
    }
  }

  /** Adds an entry for something other than a message. */
  #note(conversation: Conversation, name: string, text: string): void {
    this.add(conversation, { id: '', who: 'note', name, text });
  }

  add(
    { lines }: Conversation,
    line: Pick<Line, 'id' | 'who' | 'name' | 'text'> & { readonly files?: Line['files'] },
  ): void {
    lines.push({ files: [], ...line, at: Date.now(), isEdited: false, isDeleted: false });
    if (lines.length > MAX_LINES) lines.shift();
  }

  change({ lines }: Conversation, id: string, text: string): void {
    const line = lines.findLast((one) => one.id === id);
    if (line !== undefined) Object.assign(line, { text, isEdited: true });
  }

  remove({ lines }: Conversation, id: string): void {
    const line = lines.findLast((one) => one.id === id);
    if (line !== undefined) line.isDeleted = true;
  }

  #conversationOf(data: Exclude<HeardEvent, { type: 'endpoint.check' }>['data']): Conversation {
    const known = this.conversations.get(data.conversation);
    if (known !== undefined) return known;
    const chat = 'chat' in data ? data.chat : { title: '', id: data.conversation.slice(0, 8) };
    const made: Conversation = {
      ref: data.conversation,
      title: chat.title || chat.id,
      bot: data.bot.code,
      owner: 'brain',
      lines: [],
    };
    this.conversations.set(data.conversation, made);
    return made;
  }
}
