/** Shows managers what was said past them: lines while a person in Bitrix24 leads, and the greeting of our bot. Nobody answers those from here. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import type { Customer } from '../api/transport-api.ts';
import type { MgContext } from '../context.ts';
import { chatOf, customerOf, marked, named, sendSaid } from './deliver-message.ts';
import { findChat } from './link-conversation.ts';
import { isTheirs, mirrorMark } from './mirror-mark.ts';

type Mirrored = BrainAction & { type: 'mirrored' };

/** Throws AppErrors. Repeatable by external ids. */
export async function mirrorMessage(
  context: MgContext,
  action: Mirrored,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const { mirrorWhilePersonLeads, mirrorAs: way } = context.config;
  if (!mirrorWhilePersonLeads && action.author.kind !== 'bot') return {};
  const isOurs = isTheirs(action);
  const customer = isOurs ? await knownCustomer(context, action, to, signal) : customerOf(action, to);
  const originator = isOurs ? ('channel' as const) : ('customer' as const);
  const channel = await context.channels.for(to, action.chat, signal);
  const head = { ...chatOf(channel, to), originator, customer };
  return await sendSaid(context, marked(action, mirrorMark(action)), to, { head, way, signal });
}

/** History has to name its customer, and what it says of him is believed: so he is named as he is known, or by the chat's title. */
async function knownCustomer(
  context: MgContext,
  { chat }: Mirrored,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Customer> {
  const known = (await findChat(context, to, signal))?.customer?.name;
  return { external_id: to.ref, nickname: named(known ?? '') || named(clientInTitle(chat.title)) || 'Bitrix24' };
}

/** Open Channels call a chat `<customer> - <line>`. */
function clientInTitle(title: string): string {
  const end = title.lastIndexOf(' - ');
  return end > 0 ? title.slice(0, end) : title;
}
