/** What is told of a customer besides his name: once a day and conversation, and where the portal tells it within a few seconds. */
import { z } from 'zod';
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef } from '../../../core/connector.ts';
import type { CustomerInfo } from '../../../core/connector-tools.ts';
import { toAppError } from '../../../core/errors.ts';
import type { Customer } from '../api/transport-api.ts';
import type { MgContext } from '../context.ts';

type Card = Pick<Customer, 'phone' | 'email' | 'avatar' | 'profile_url'>;

const cardKey = (to: ConversationRef): string => `customer-told:${to.ref}`;
const keepDays = 1;

/** Facts for a message, and what to call once it has gone over. */
export interface ToldCard {
  readonly card: Card;
  remember(): Promise<void>;
}

const nothingNew: ToldCard = { card: {}, remember: () => Promise.resolve() };

/** Does not reject. */
export async function customerCard(
  context: MgContext,
  { author, chat }: Pick<BrainAction & { type: 'message' }, 'author' | 'chat'>,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<ToldCard> {
  const { tools } = context;
  if (chat.line === null || author.kind !== 'client') return nothingNew;
  try {
    if ((await tools.state.get(cardKey(to))) !== null) return nothingNew;
    const client = await tools.customerInfo(to, chat.dialogId, author.id, signal);
    const remember = (): Promise<void> => tools.state.put(cardKey(to), {}, keepDays);
    return { card: client === null ? {} : cardOf(client), remember };
  } catch (thrown) {
    tools.log('what the portal knows of a customer could not be learned', { reason: toAppError(thrown).code });
    return nothingNew;
  }
}

/** Longest web address that is told; customers may call any text their page. */
const maxAddress = 2_000;

/** MessageGateway's document wants e-mail and web addresses that are some. */
function cardOf({ phone, email, avatar, profile }: CustomerInfo): Card {
  return {
    ...(phone === null ? {} : { phone: phone.slice(0, 255).toWellFormed() }),
    ...(email === null || !z.email().safeParse(email).success ? {} : { email }),
    ...(avatar === null || avatar.length > maxAddress ? {} : { avatar }),
    ...(profile === null || profile.length > maxAddress ? {} : { profile_url: profile }),
  };
}
