/** How messages of Bitrix24 are called in MessageGateway, and back. */

/** Enough of the conversation's name to keep two conversations of a channel apart. */
const markLength = 8;

/**
 * The external id of a message of a conversation: `<Bitrix24 id>:<mark of the conversation>`. Two bots hear the same message of a shared
 * chat, and MessageGateway refuses a second message with a known id: without the mark the second bot's would be lost.
 */
export function externalId(messageId: string, ref: string): string {
  return `${messageId}:${ref.slice(0, markLength)}`;
}

/** The external id of the further messages one message of Bitrix24 had to become (files of several kinds), from 1 on. */
export function furtherId(messageId: string, ref: string, index: number): string {
  return `${externalId(messageId, ref)}+${index}`;
}

/** The Bitrix24 id inside an external id; what a bot said there has its bare id. Null when there is none. */
export function portalMessageId(external: string | null | undefined): string | null {
  return /^(\d+)(?![\d])/.exec(external ?? '')?.[1] ?? null;
}
