/** Inputs for tests of the bridge's rules: capabilities of a brain, and a message from a portal. */
import type { BridgeBot } from '../../../src/core/bridge-result.ts';
import type { PortalEvent } from '../../../src/core/events.ts';

type Capabilities = BridgeBot['capabilities'];

/** Capabilities of a brain that supports texts, files and changes, and nothing else. */
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

/** A plain message in Russian; author and chat have to be given. */
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
