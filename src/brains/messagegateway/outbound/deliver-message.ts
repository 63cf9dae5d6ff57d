/** Delivers what people write in Bitrix24 to our channel: messages, edits, deletions. Repeatable, because each message has a fixed external id. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import { learnEscaping } from '../account/escaping.ts';
import { isRefusal, MgRefused } from '../api/mg-http.ts';
import type { Customer, Incoming, MessageName, OnWarnings } from '../api/transport-api.ts';
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

/** Throws AppErrors. In our channel the customer stands for the whole conversation, no matter who wrote. */
export async function deliverMessage(
  context: MgContext,
  action: Message,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const channel = await context.channels.for(to, action.chat, signal);
  const details = await customerCard(context, action, to, signal);
  const customer = customerOf(action, to);
  const deliver = (facts: Partial<Customer>): Promise<Delivery> => {
    const head = { ...chatOf(channel, to), customer: { ...customer, ...facts } };
    return sendSaid(context, marked(action, speakerOf(action)), to, { head, way: 'messages', signal });
  };
  const delivery = await deliver(details.card).catch(async (error: unknown) => {
    if (!(error instanceof MgRefused) || Object.keys(details.card).length === 0) throw error;
    // The refusal may be about a detail of the customer. The message is then sent without details.
    const bare = await deliver({});
    context.tools.log('details of a customer were refused and left out', { facts: Object.keys(details.card) });
    return bare;
  });
  await details.remember();
  return delivery;
}

/** How a message is sent: from whom, and by which of the two routes. */
export interface SendOptions {
  readonly head: Omit<Incoming, 'message'>;
  readonly way: 'messages' | 'history';
  readonly signal: AbortSignal;
}

/** Puts a mark before the text; a message without text gets none. */
export function marked<T extends { readonly text: string }>(said: T, mark: string): T {
  return said.text === '' ? said : { ...said, text: `${mark}${said.text}` };
}

/** Sends one message, or several for files of several kinds. Throws AppErrors. */
export async function sendSaid(
  context: MgContext,
  said: Said,
  to: ConversationRef,
  options: SendOptions,
): Promise<Delivery> {
  const { signal } = options;
  const bodies = await bodiesOf(context, said, to, signal);
  if (bodies.length === 0)
    context.tools.log('a message without visible text was not delivered', { message: said.messageId });
  let first: number | null = null;
  const warnings: string[] = [];
  for (const [index, body] of bodies.entries()) {
    const name = index === 0 ? externalId(said.messageId, to.ref) : furtherId(said.messageId, to.ref, index);
    const message = { ...body, external_id: name, ...timeOf(said) };
    const quotes = index === 0 ? quotesOf(said, to) : [];
    const id = await send(context, { ...options.head, message }, quotes, {
      ...options,
      onWarnings: (found) => warnings.push(...found),
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

/** A text, or files with the text as their note. Each kind of file needs a message of its own. */
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

/** In a group each message begins with its author's name, if known. */
function speakerOf({ author, chat }: Pick<Message, 'author' | 'chat'>): string {
  const name = author.name.trim();
  return chat.kind === 'group' && name !== '' ? `${name}: ` : '';
}

function timeOf({ sentAt }: Said): { readonly created_at?: string } {
  return sentAt === null ? {} : { created_at: sentAt };
}

/**
 * The external ids the quoted message may have: a message from MessageGateway has the bare Bitrix24 id of our receipt, one from Bitrix24
 * the id we gave it. An event does not say which of the two it is.
 */
function quotesOf({ quoteOf }: Said, to: ConversationRef): readonly MessageName[] {
  return quoteOf === null ? [] : [{ external_id: quoteOf }, { external_id: externalId(quoteOf, to.ref) }];
}

/** Channel and chat of a message from the customer. */
export function chatOf(channel: number, to: ConversationRef): Omit<Incoming, 'message'> {
  return { channel, external_chat_id: to.ref, originator: 'customer' };
}

/** The customer of the conversation. MessageGateway has no group chats: for a group, the group itself is the customer. */
export function customerOf({ author, chat }: Pick<Message, 'author' | 'chat'>, to: ConversationRef): Customer {
  const isGroup = chat.kind === 'group';
  const [first, last] = isGroup ? ['', ''] : [named(author.firstName), named(author.lastName)];
  const nickname = named(isGroup ? chat.title : author.name) || named(`${first} ${last}`) || 'Bitrix24';
  // The CRM creates its customer from first and last name; without those, the whole name is the first name.
  const parts = first === '' && last === '' ? { first_name: nickname } : { first_name: first, last_name: last };
  return { external_id: to.ref, nickname, ...parts };
}

/** Returns MessageGateway's id; null when it already has the message. Tries each quote in turn, then none. */
async function send(
  context: MgContext,
  message: Incoming,
  quotes: readonly MessageName[],
  options: Pick<SendOptions, 'way' | 'signal'> & { readonly onWarnings?: OnWarnings },
): Promise<number | null> {
  const { way, signal, onWarnings } = options;
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
    // The refusal may be about the quote; the sentences for that are not documented.
    if (quote !== undefined && error instanceof MgRefused) return await send(context, message, others, options);
    throw error;
  }
}

/** An edit. If MessageGateway refuses it (only texts can be edited), the new text is sent as an answer to the old message. */
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
      context.tools.log('an edit was skipped: MessageGateway does not have the message', {
        message: action.messageId,
      });
      return {};
    }
    if (!(error instanceof MgRefused)) throw error;
    const message = { external_id: `${name}~${key.slice(0, 8)}`, type: 'text' as const, text: `✏️ ${text}` };
    const isShown = action.mirrored === true;
    const originator = isShown && isTheirs(action) ? 'channel' : 'customer';
    const way = isShown ? context.config.mirrorAs : 'messages';
    // Many edits come without the author's name. Without a customer here, the chat keeps its own; history requires one.
    const customer = way === 'history' ? { customer: await knownCustomer(context, action.chat, to, signal) } : {};
    const warnings: string[] = [];
    await send(context, { ...chatOf(channelId, to), ...customer, originator, message }, [{ external_id: name }], {
      way,
      signal,
      onWarnings: (found) => warnings.push(...found),
    });
    if (warnings.length > 0) return { warnings };
  }
  return {};
}

/**
 * More messages than one message of Bitrix24 can become: there are three kinds of files, and 20 files fit into a message. Only a refusal
 * shows that there are no more, so this limit ends the loop for a server that confirms everything.
 */
const maxFurther = 50;

/** Deletes the message and the further messages it was sent as. */
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
      // The message does not exist (any more). An earlier attempt may have deleted the first one, so the further ones are tried all the same.
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
