/** Mirrors to managers what they take no part in: messages while a person in Bitrix24 leads, and the greeting of our bot. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import type { MgContext } from '../context.ts';
import { chatOf, customerOf, marked, sendSaid } from './deliver-message.ts';
import { knownCustomer } from './known-customer.ts';
import { isTheirs, mirrorMark } from './mirror-mark.ts';

type Mirrored = BrainAction & { type: 'mirrored' };

/** Throws AppErrors. Repeatable, because of external ids. */
export async function mirrorMessage(
  context: MgContext,
  action: Mirrored,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const { mirrorWhilePersonLeads, mirrorAs: way } = context.config;
  if (!mirrorWhilePersonLeads && action.author.kind !== 'bot') return {};
  const isOurs = isTheirs(action);
  const customer = isOurs ? await knownCustomer(context, action.chat, to, signal) : customerOf(action, to);
  const originator = isOurs ? ('channel' as const) : ('customer' as const);
  const channel = await context.channels.for(to, action.chat, signal);
  const head = { ...chatOf(channel, to), originator, customer };
  return await sendSaid(context, marked(action, mirrorMark(action)), to, { head, way, signal });
}
