/** Reads what MessageGateway calls a conversation. */
import type { ConversationRef } from '../../../core/connector.ts';

/** The chat this conversation was linked to; null for none, and for what was a console once. */
export function chatIdOf(to: ConversationRef): number | null {
  return /^\d+$/.test(to.remoteId ?? '') ? Number(to.remoteId) : null;
}
