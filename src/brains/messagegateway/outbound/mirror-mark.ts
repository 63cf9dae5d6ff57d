/** The mark of mirrored messages: those that were written while a person in Bitrix24 leads, or by our bot. */
import type { Author, Chat } from '../../../core/events.ts';

/** Who said it, and where. */
interface Speaker {
  readonly author: Author;
  readonly chat: Pick<Chat, 'kind'>;
}

/** `[Bitrix24] Ольга Операторова: `; a customer's message gets no name. */
export function mirrorMark(speaker: Speaker): string {
  const name = isTheirs(speaker) ? speaker.author.name.trim() : '';
  return name === '' ? '[Bitrix24] ' : `[Bitrix24] ${name}: `;
}

/** Whether Bitrix24's side wrote it, not the customer. In a private chat the employee is the customer. */
export function isTheirs({ author, chat }: Speaker): boolean {
  return author.kind === 'bot' || (author.kind === 'employee' && chat.kind !== 'private');
}
