/** Joins several messages into one for delivery, and changes the joined message when one of them is edited or deleted. */
import type { BrainAction } from './actions.ts';
import type { Author, Chat } from './events.ts';
import { splitText } from './split-text.ts';

type MessageAction = BrainAction & { readonly type: 'message' };

/** The messages of which one message of the brain consists: their ids and texts, in order. */
export interface JoinedMessage {
  /** The id under which the brain knows them all. */
  readonly messageId: string;
  readonly messageIds: readonly string[];
  readonly texts: readonly string[];
}

type Part = Pick<MessageAction, 'messageId' | 'text' | 'files' | 'sentAt' | 'quoteOf'>;

/** Joins the parts, in order, into as few messages as their texts fit into. */
export function joinMessages(
  parts: readonly Part[],
  from: { readonly author: Author; readonly chat: Chat },
  maxTextLength: number,
): MessageAction[] {
  const groups: Part[][] = [];
  for (const part of parts) {
    const group = groups.at(-1);
    if (group !== undefined && textOf([...group, part].map(({ text }) => text)).length <= maxTextLength)
      group.push(part);
    else groups.push([part]);
  }
  return groups.map((group): MessageAction => {
    const last = group.at(-1) as Part;
    const several = {
      messageIds: group.map(({ messageId }) => messageId),
      texts: group.map(({ text }) => text),
    };
    return {
      type: 'message',
      messageId: last.messageId,
      text: textOf(group.map(({ text }) => text)),
      ...from,
      files: group.flatMap(({ files }) => files),
      sentAt: last.sentAt,
      quoteOf: group.find(({ quoteOf }) => quoteOf !== null)?.quoteOf ?? null,
      ...(group.length === 1 ? {} : several),
    };
  });
}

function textOf(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n');
}

/** The joined message after one of its parts got another text; `text` null: the part is deleted. */
export function changeJoined(joined: JoinedMessage, messageId: string, text: string | null): JoinedMessage {
  const parts = joined.messageIds.map((id, index) => ({ id, text: joined.texts[index] ?? '' }));
  const left = parts.flatMap((part) =>
    part.id !== messageId ? [part] : text === null ? [] : [{ id: messageId, text }],
  );
  return { messageId: joined.messageId, messageIds: left.map(({ id }) => id), texts: left.map((part) => part.text) };
}

/** The whole text of a joined message, as far as it fits. */
export function joinedText({ texts }: JoinedMessage, maxTextLength: number): string {
  return splitText(textOf(texts), maxTextLength)[0] ?? '';
}
