/** Makes thousands of event bodies: the recorded private message with a portal's ids inserted once; only the numbers are written anew each time. */
import { type EventBot, privateMessageBody } from '../../support/event-bodies.ts';

export interface EventSender {
  readonly memberId: string;
  readonly applicationToken: string;
}

export type EventForm = (userId: number, number: number) => string;

/** The text of a numbered message, which the echo brain repeats. */
const textOf = (number: number): string => `№${number}`;

/** The number in such a text; null for any other text, for example a greeting. */
export function numberIn(text: string): number | null {
  const found = /^№(\d+)$/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

const user = 918_273_645;
const message = '564738291';
const text = 'placeOfTheText';

/** Makes messages of a portal's employees to one bot. */
export function eventForm(portal: EventSender, bot: EventBot): EventForm {
  const body = privateMessageBody(portal, bot, { userId: user, messageId: message, text });
  return (userId, number) =>
    body
      .replaceAll(String(user), String(userId))
      .replaceAll(message, `${userId}${String(number).padStart(7, '0')}`)
      .replace(text, encodeURIComponent(textOf(number)));
}
