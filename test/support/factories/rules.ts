/** What the rules of the bridge are tried with: a bot and what its brain can do, and what a portal tells. */
import type { BridgeBot } from '../../../src/core/bridged.ts';
import type { PortalEvent } from '../../../src/core/events.ts';

type Capabilities = BridgeBot['capabilities'];

/** Of a brain that takes texts, files and changes, and nothing else. */
export function capabilitiesWith(changes: Partial<Capabilities> = {}): Capabilities {
  return {
    maxTextLength: 100,
    edits: true,
    deletes: true,
    files: true,
    ownership: false,
    crm: false,
    receipts: false,
    idempotentDelivery: true,
    listens: false,
    ...changes,
  };
}

export type PortalMessage = PortalEvent & { readonly type: 'message' };

/** A plain message in Russian; who said it and where has to be given. */
export function portalMessage(given: Pick<PortalMessage, 'author' | 'chat'> & Partial<PortalMessage>): PortalMessage {
  return {
    type: 'message',
    messageId: '1',
    text: 'слово',
    mentionsBot: true,
    files: [],
    language: 'ru',
    sentAt: null,
    quoteOf: null,
    ...given,
  };
}
