/** Details of a customer besides the name. They are sent once a day per conversation, if the portal gives them within a few seconds. */
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

/** Details for a message, and a function to call once it has been sent. */
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
    tools.log('details of a customer could not be read from the portal', { reason: toAppError(thrown).code });
    return nothingNew;
  }
}

/** Longest web address that is sent; the field may hold any text. */
const maxAddress = 2_000;

/** MessageGateway refuses malformed e-mail and web addresses. */
function cardOf({ phone, email, avatar, profile }: CustomerInfo): Card {
  return {
    ...(phone === null ? {} : { phone: phone.slice(0, 255).toWellFormed() }),
    ...(email === null || !z.email().safeParse(email).success ? {} : { email }),
    ...(avatar === null || avatar.length > maxAddress ? {} : { avatar }),
    ...(profile === null || profile.length > maxAddress ? {} : { profile_url: profile }),
  };
}
