/** Where the identity of an event comes from: two deliveries with the same identity are one event. Bitrix24 sends no event id. */
import { sha256 } from '../../lib/encryption.ts';
import type { ScannedEvent } from './scan-event.ts';

/** The parts that make up the identity, within the portal, the event name and the bot. */
export type EventIdentity = (event: ScannedEvent) => readonly string[];

/** The whole content without the tokens, which differ at each delivery. For anything that may happen twice to the same message. */
export const byContent: EventIdentity = ({ kept }) => [sha256(kept.toString('latin1')).toString('base64url')];

/** The message it is about. For events that happen once in the life of a message; without a message id, the content decides. */
export const byMessage: EventIdentity = (event) =>
  event.messageId === '' ? byContent(event) : [event.dialogId, event.messageId];
