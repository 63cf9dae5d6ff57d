/** External ids: the names of Bitrix24's messages in MessageGateway. */

/** Characters of the conversation's ref that keep two conversations of a channel apart. */
const markLength = 8;

/**
 * The external id of a message: `<Bitrix24 id>:<start of the conversation's ref>`. Two bots in one chat receive the same message, and
 * MessageGateway refuses a second message with the same id: without the ref the message would be missing in the second conversation.
 */
export function externalId(messageId: string, ref: string): string {
  return `${messageId}:${ref.slice(0, markLength)}`;
}

/** The external id of a further message, where one of Bitrix24 was sent as several (files of several kinds); `index` begins at 1. */
export function furtherId(messageId: string, ref: string, index: number): string {
  return `${externalId(messageId, ref)}+${index}`;
}

/** The Bitrix24 id in an external id; for messages of our bot it is the whole id. Null when there is none. */
export function portalMessageId(external: string | null | undefined): string | null {
  return /^(\d+)(?![\d])/.exec(external ?? '')?.[1] ?? null;
}
