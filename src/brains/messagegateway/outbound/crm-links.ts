/** Sends managers a private note with links to the CRM records of Bitrix24 that belong to a conversation. */
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import type { CrmLink } from '../../../core/events.ts';
import type { MgContext } from '../context.ts';
import { managerTexts } from '../texts/manager-texts.ts';
import { findChat, linkTo } from './link-conversation.ts';
import { addNote } from './notes.ts';

/** Repeatable: nothing is sent when the last such note says the same. */
export async function tellCrm(
  context: MgContext,
  links: readonly CrmLink[],
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const chat = await findChat(context, to, signal);
  if (chat === null) {
    context.tools.log('no note about CRM records: MessageGateway does not show the chat', {
      records: links.length,
    });
    return {};
  }
  const messages = managerTexts(context.config.language);
  const lines: string[] = [];
  for (const link of links) {
    const name = messages.records[link.type.toUpperCase()] ?? link.type;
    lines.push(`${name} ${link.id} ${(await context.tools.crmAddress(link)) ?? ''}`.trim());
  }
  const text = [messages.crmLinks, ...lines].join('\n');
  await addNote(context, chat.id, { text, heading: messages.crmLinks, isOnce: false }, signal);
  return linkTo(chat, to);
}
