/** Sends a conversation's CRM records to brains that want them. */
import { type Bridged, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { Chat } from './events.ts';

/** A chat has at most four records, so this length holds all of them. */
const maxCrmLength = 400;

/** CRM records are sent when they are first known, and when they change. */
export function sendCrmLinks(
  chat: Chat,
  conversation: Conversation,
  context: RuleContext,
): Pick<Bridged, 'conversation' | 'actions'> {
  const links = chat.line?.crm ?? [];
  const crm = links
    .map(({ type, id }) => `${type}:${id}`)
    .join(' ')
    .slice(0, maxCrmLength);
  if (!context.capabilities.crm || crm === '' || crm === conversation.crm) return { conversation, actions: [] };
  return { conversation: { ...conversation, crm }, actions: [toBrain({ type: 'crm', links })] };
}
