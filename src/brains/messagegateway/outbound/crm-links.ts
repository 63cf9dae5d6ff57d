/** Tells managers, privately, which CRM records of Bitrix24 belong to a conversation, as links into the portal. */
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import type { CrmLink } from '../../../core/events.ts';
import type { MgContext } from '../context.ts';
import { managerMessages } from '../messages/manager-messages.ts';
import { findChat, linkTo } from './link-conversation.ts';
import { addNote } from './notes.ts';

/** Repeatable: the last note about records is looked for first. */
export async function tellCrm(
  context: MgContext,
  links: readonly CrmLink[],
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const chat = await findChat(context, to, signal);
  if (chat === null) {
    context.tools.log('CRM records could not be told: MessageGateway does not show the chat', {
      records: links.length,
    });
    return {};
  }
  const words = managerMessages(context.config.language);
  const lines: string[] = [];
  for (const link of links) {
    const name = words.records[link.type.toUpperCase()] ?? link.type;
    lines.push(`${name} ${link.id} ${(await context.tools.crmAddress(link)) ?? ''}`.trim());
  }
  const text = [words.crmLinks, ...lines].join('\n');
  await addNote(context, chat.id, { text, heading: words.crmLinks, isOnce: false }, signal);
  return linkTo(chat, to);
}
