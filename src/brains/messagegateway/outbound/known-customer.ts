/** The customer of a conversation as MessageGateway knows him, for lines that are not his own. */
import type { ConversationRef } from '../../../core/connector.ts';
import type { Chat } from '../../../core/events.ts';
import { unescapeHtml } from '../api/html-text.ts';
import type { Customer } from '../api/transport-api.ts';
import type { MgContext } from '../context.ts';
import { findChat } from '../outbound/link-conversation.ts';

/**
 * History has to name its customer, and what it says of him is believed: so he is named as he is known, or by the chat's title. Throws
 * AppErrors.
 */
export async function knownCustomer(
  context: MgContext,
  { title }: Pick<Chat, 'title'>,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Customer> {
  // Decoded whatever is known of the service's escaping: a name that came back escaped would grow with every line of an operator.
  const known = unescapeHtml((await findChat(context, to, signal))?.customer?.name ?? '');
  return { external_id: to.ref, nickname: named(known) || named(clientInTitle(title)) || 'Bitrix24' };
}

/** A name within MessageGateway's limit of 255 characters. */
export function named(name: string | undefined): string {
  return (name ?? '').trim().slice(0, 255).toWellFormed();
}

/** Open Channels call a chat `<customer> - <line>`. */
function clientInTitle(title: string): string {
  const end = title.lastIndexOf(' - ');
  return end > 0 ? title.slice(0, end) : title;
}
