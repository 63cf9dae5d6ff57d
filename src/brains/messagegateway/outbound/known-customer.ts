/** The customer of a conversation under the name that MessageGateway knows, for messages of other authors. */
import type { ConversationRef } from '../../../core/connector.ts';
import type { Chat } from '../../../core/events.ts';
import { unescapeHtml } from '../api/html-text.ts';
import type { Customer } from '../api/transport-api.ts';
import type { MgContext } from '../context.ts';
import { findChat } from '../outbound/link-conversation.ts';

/**
 * History requires a customer and overwrites the name, so it gets the known name, or the one in the chat's title. Throws AppErrors.
 */
export async function knownCustomer(
  context: MgContext,
  { title }: Pick<Chat, 'title'>,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Customer> {
  // Always unescaped: if the service escapes names, each message would escape the name once more.
  const known = unescapeHtml((await findChat(context, to, signal))?.customer?.name ?? '');
  return { external_id: to.ref, nickname: named(known) || named(clientInTitle(title)) || 'Bitrix24' };
}

/** A name within MessageGateway's limit of 255 characters. */
export function named(name: string | undefined): string {
  return (name ?? '').trim().slice(0, 255).toWellFormed();
}

/** Open Channels name a chat `<customer> - <line>`. */
function clientInTitle(title: string): string {
  const end = title.lastIndexOf(' - ');
  return end > 0 ? title.slice(0, end) : title;
}
