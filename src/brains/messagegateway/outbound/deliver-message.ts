/** Carries what people write in Bitrix24 into our channel: new messages, edits, deletions. Safe to repeat, by external ids. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import { learnEscaping } from '../account/escaping.ts';
import { isRefusal, MgRefused } from '../api/mg-http.ts';
import type { Customer, HearWarnings, Incoming, MessageName } from '../api/transport-api.ts';
import { chatIdOf } from '../channels/own-channels.ts';
import type { MgContext } from '../context.ts';
import { customerCard } from './customer-card.ts';
import { knownCustomer, named } from './known-customer.ts';
import { linkConversation } from './link-conversation.ts';
import { externalId, furtherId } from './message-names.ts';
import { isTheirs, mirrorMark } from './mirror-mark.ts';
import { uploadFiles } from './portal-files.ts';

type Message = BrainAction & { type: 'message' };
type Said = Pick<Message, 'messageId' | 'text' | 'files' | 'sentAt' | 'quoteOf'>;

/** Throws AppErrors. The customer of our channel is the conversation itself, whoever in it wrote. */
export async function deliverMessage(
  context: MgContext,
  action: Message,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const channel = await context.channels.for(to, action.chat, signal);
  const told = await customerCard(context, action, to, signal);
  const customer = customerOf(action, to);
  const deliver = (facts: Partial<Customer>): Promise<Delivery> => {
    const head = { ...chatOf(channel, to), customer: { ...customer, ...facts } };
    return sendSaid(context, marked(action, speakerOf(action)), to, { head, way: 'messages', signal });
  };
  const delivery = await deliver(told.card).catch(async (error: unknown) => {
    if (!(error instanceof MgRefused) || Object.keys(told.card).length === 0) throw error;
    // What is refused may be a fact about the customer; it must not cost his words.
    const bare = await deliver({});
    context.tools.log('facts about a customer were refused and left out', { facts: Object.keys(told.card) });
    return bare;
  });
  await told.remember();
  return delivery;
}

/** How something said goes over: from whom, and by which of the two routes. */
export interface Manner {
  readonly head: Omit<Incoming, 'message'>;
  readonly way: 'messages' | 'history';
  readonly signal: AbortSignal;
}

/** With words before the text; where there is no text they are left out. */
export function marked<T extends { readonly text: string }>(said: T, mark: string): T {
  return said.text === '' ? said : { ...said, text: `${mark}${said.text}` };
}

/** One message, or several where files of several kinds came. Throws AppErrors. */
export async function sendSaid(context: MgContext, said: Said, to: ConversationRef, manner: Manner): Promise<Delivery> {
  const { signal } = manner;
  const bodies = await bodiesOf(context, said, to, signal);
  if (bodies.length === 0)
    context.tools.log('a message of spaces alone was not carried over', { message: said.messageId });
  let first: number | null = null;
  const warnings: string[] = [];
  for (const [index, body] of bodies.entries()) {
    const name = index === 0 ? externalId(said.messageId, to.ref) : furtherId(said.messageId, to.ref, index);
    const message = { ...body, external_id: name, ...timeOf(said) };
    const quotes = index === 0 ? quotesOf(said, to) : [];
    const id = await send(context, { ...manner.head, message }, quotes, {
      ...manner,
      onWarnings: (heard) => warnings.push(...heard),
    });
    first ??= id;
    if (id !== null) await learnEscaping(context, id, body.text ?? body.note ?? '', signal);
  }
  const linked = bodies.length > 0 && chatIdOf(to) === null ? await linkConversation(context, to, signal) : null;
  return {
    ...(first === null ? {} : { remoteMessageId: String(first) }),
    ...(linked === null ? {} : { remoteConversationId: linked }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

type Body = Omit<Incoming['message'], 'external_id'>;

/** A text, or media with the text as their note; a second kind of media needs a message of its own. */
async function bodiesOf(
  context: MgContext,
  said: Said,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<readonly Body[]> {
  const { groups, named } = await uploadFiles({ context, to, api: context.apis.transport, signal }, said.files);
  const text = [said.text, ...named].filter((part) => part.trim() !== '').join('\n');
  if (groups.length === 0) return text === '' ? [] : [{ type: 'text', text }];
  return groups.map((group, index) => ({ ...group, ...(index === 0 && text !== '' ? { note: text } : {}) }));
}

/** In a group each line names its author, where the portal told the name. */
function speakerOf({ author, chat }: Pick<Message, 'author' | 'chat'>): string {
  const name = author.name.trim();
  return chat.kind === 'group' && name !== '' ? `${name}: ` : '';
}

function timeOf({ sentAt }: Said): { readonly created_at?: string } {
  return sentAt === null ? {} : { created_at: sentAt };
}

/**
 * The names the quoted message may have over there: what was said out of MessageGateway has the bare id of our receipts, what was said
 * in Bitrix24 the id we gave it. An event does not tell which of the two it is.
 */
function quotesOf({ quoteOf }: Said, to: ConversationRef): readonly MessageName[] {
  return quoteOf === null ? [] : [{ external_id: quoteOf }, { external_id: externalId(quoteOf, to.ref) }];
}

/** From the customer of the conversation, into its channel. */
export function chatOf(channel: number, to: ConversationRef): Omit<Incoming, 'message'> {
  return { channel, external_chat_id: to.ref, originator: 'customer' };
}

/** The person that the conversation is with. MessageGateway has no group chats: there the group is the customer, and each line names its author. */
export function customerOf({ author, chat }: Pick<Message, 'author' | 'chat'>, to: ConversationRef): Customer {
  const isGroup = chat.kind === 'group';
  const [first, last] = isGroup ? ['', ''] : [named(author.firstName), named(author.lastName)];
  const nickname = named(isGroup ? chat.title : author.name) || named(`${first} ${last}`) || 'Bitrix24';
  // Without parts the whole name stands for the first one: the CRM makes its customer card of these two.
  const parts = first === '' && last === '' ? { first_name: nickname } : { first_name: first, last_name: last };
  return { external_id: to.ref, nickname, ...parts };
}

/** MessageGateway's id; null when it already had the message. The first quote it knows is taken; without one the message goes alone. */
async function send(
  context: MgContext,
  message: Incoming,
  quotes: readonly MessageName[],
  manner: Pick<Manner, 'way' | 'signal'> & { readonly onWarnings?: HearWarnings },
): Promise<number | null> {
  const { way, signal, onWarnings } = manner;
  const [quote, ...others] = quotes;
  const { transport } = context.apis;
  const quoting = quote === undefined ? message : { ...message, quote };
  const { channel, ...rest } = quoting;
  try {
    return way === 'history'
      ? await transport.addHistory(channel, rest, signal, onWarnings)
      : await transport.sendMessage(quoting, signal, onWarnings);
  } catch (error) {
    if (isRefusal(error, /already exists/i)) return null;
    // Every refusal of a quoting message may be about its quote: the sentences for it are not documented.
    if (quote !== undefined && error instanceof MgRefused) return await send(context, message, others, manner);
    throw error;
  }
}

/** An edit. Where the channel cannot change the message (only texts can be), the new text is said anew as an answer to the old. */
export async function deliverEdit(
  context: MgContext,
  action: BrainAction & { type: 'edit' },
  to: ConversationRef,
  { key, signal }: { readonly key: string; readonly signal: AbortSignal },
): Promise<Delivery> {
  const channelId = await context.channels.of(to);
  const name = externalId(action.messageId, to.ref);
  if (action.text.trim() === '') return {};
  const speaker = action.mirrored === true ? mirrorMark(action) : speakerOf(action);
  const text = `${speaker}${action.text}`;
  try {
    await context.apis.transport.editMessage(channelId, name, text, signal);
  } catch (error) {
    if (isUnknownMessage(error)) {
      context.tools.log('an edit of a message MessageGateway does not have was left out', {
        message: action.messageId,
      });
      return {};
    }
    if (!(error instanceof MgRefused)) throw error;
    const message = { external_id: `${name}~${key.slice(0, 8)}`, type: 'text' as const, text: `✏️ ${text}` };
    const isShown = action.mirrored === true;
    const originator = isShown && isTheirs(action) ? 'channel' : 'customer';
    const way = isShown ? context.config.mirrorAs : 'messages';
    // Without a customer the chat's own stays as it is, for many edits come without the author's name; history has to name him.
    const customer = way === 'history' ? { customer: await knownCustomer(context, action.chat, to, signal) } : {};
    const warnings: string[] = [];
    await send(context, { ...chatOf(channelId, to), ...customer, originator, message }, [{ external_id: name }], {
      way,
      signal,
      onWarnings: (heard) => warnings.push(...heard),
    });
    if (warnings.length > 0) return { warnings };
  }
  return {};
}

/**
 * More messages than one of Bitrix24 can have become: three kinds of media, 20 files each in one message. Where they end is only told by
 * a refusal, and a far side that confirms everything would never give one.
 */
const maxFurther = 50;

/** A deletion of the message and of the further ones it became. */
export async function deliverDelete(
  context: MgContext,
  action: BrainAction & { type: 'delete' },
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const channelId = await context.channels.of(to);
  for (let index = 0; index <= maxFurther; index += 1) {
    const name = index === 0 ? externalId(action.messageId, to.ref) : furtherId(action.messageId, to.ref, index);
    try {
      await context.apis.transport.deleteMessage(channelId, { external_id: name }, signal);
    } catch (error) {
      // Gone already, or never there: what was to be reached is reached. A repetition goes on behind what the first attempt deleted.
      if (!isUnknownMessage(error)) throw error;
      if (index > 0) return {};
    }
  }
  context.tools.log('MessageGateway confirms deletions of messages it cannot have', { message: action.messageId });
  return {};
}

function isUnknownMessage(error: unknown): boolean {
  return isRefusal(error, /not found/i) || (error instanceof MgRefused && error.status === 404);
}
