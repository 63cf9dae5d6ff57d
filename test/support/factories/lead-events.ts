/** Every kind of event of a conversation, in each kind of chat where it happens, and what it means for who leads. */
import type { BridgeBot } from '../../../src/core/bridge-result.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import type { AuthorKind, Chat, ChatEvent, ChatKind, PortalEvent } from '../../../src/core/events.ts';
import { textReply } from '../../../src/core/events.ts';
import type { LeadCause } from '../../../src/core/ownership.ts';
import { atTheMoment, chat, from, message } from './plain-talk.ts';
import { capabilitiesWith } from './rules.ts';

const anHourAgo = '2026-11-21T05:00:00.000Z';

/** Knows every timer, and how fast people write. */
export const bot: BridgeBot = {
  code: 'bridge_x',
  name: 'Ассистент',
  type: 'O',
  giveBackAfterMinutes: 5,
  callPersonAfterMinutes: 5,
  turnsPerMinute: 30,
  capabilities: capabilitiesWith({ ownership: true, receipts: true }),
};

export interface LeadEventRow {
  readonly name: string;
  /** Null: nobody else leads afterwards. */
  readonly cause: LeadCause | null;
  /** Where it happens; absent: everywhere. */
  readonly kinds?: readonly ChatKind[];
  readonly event: (kind: ChatKind) => ChatEvent;
  /** What is known of the conversation besides. */
  readonly before?: Partial<Conversation>;
}

const line: readonly ChatKind[] = ['line'];
const inside: readonly ChatKind[] = ['private', 'group'];

/** The customer in an Open Channel, an employee elsewhere. */
const theOther = (kind: ChatKind): AuthorKind => (kind === 'line' ? 'client' : 'employee');
const said = (kind: ChatKind, changes: Partial<PortalEvent & { type: 'message' }> = {}): ChatEvent =>
  message({ chat: chat(kind), author: from(theOther(kind)), ...changes });

/** The chat as an event tells it in which person 27 leads the session. */
const ledByPerson = (): Chat => {
  const place = chat('line');
  return place.line === null ? place : { ...place, line: { ...place.line, leaderId: '27' } };
};

const shared = { language: 'ru', sentAt: null, quoteOf: null } as const;
const command = (kind: ChatKind, name: string, author: AuthorKind, place = chat(kind)): ChatEvent => ({
  type: 'command',
  command: name,
  params: '',
  messageId: '7',
  via: 'text',
  text: `/${name}`,
  mentionsBot: true,
  author: from(author),
  chat: place,
  ...shared,
});

const turns = {
  isAsked: true,
  askedAt: atTheMoment,
  minuteSince: atTheMoment,
  minute: 30,
  hourSince: atTheMoment,
  hour: 30,
};

/** A type of event without a row does not compile. */
export const leadEvents: Readonly<Record<ChatEvent['type'], readonly LeadEventRow[]>> = {
  message: [
    { name: 'of the customer or an employee', cause: null, event: (kind) => said(kind) },
    { name: 'of another bot', cause: null, event: (kind) => said(kind, { author: from('bot') }) },
    { name: 'of the portal itself', cause: null, event: (kind) => said(kind, { author: from('system') }) },
    {
      name: 'that does not mention the bot',
      cause: null,
      kinds: ['group'],
      event: (kind) => said(kind, { mentionsBot: false }),
    },
    {
      name: 'of an operator',
      cause: 'operator_wrote',
      kinds: line,
      event: (kind) => said(kind, { author: from('employee') }),
    },
    {
      name: 'that is a hidden note',
      cause: null,
      kinds: line,
      event: (kind) => said(kind, { author: from('employee'), isHidden: true }),
    },
    { name: 'of a single 0', cause: 'person_called', kinds: line, event: (kind) => said(kind, { text: '0' }) },
    { name: 'of a single 0 elsewhere', cause: null, kinds: inside, event: (kind) => said(kind, { text: '0' }) },
    {
      name: 'of a new session',
      cause: 'session_began',
      kinds: line,
      event: (kind) => said(kind, { chat: chat(kind, '344') }),
    },
    {
      name: 'of an operator in an earlier session',
      cause: null,
      kinds: line,
      event: (kind) => said(kind, { chat: chat(kind, '342'), author: from('employee') }),
    },
    {
      name: 'that names a leader',
      cause: 'operator_answered',
      kinds: line,
      event: (kind) => said(kind, { chat: ledByPerson() }),
    },
    {
      name: 'that names a leader named before',
      cause: null,
      kinds: line,
      event: (kind) => said(kind, { chat: ledByPerson() }),
      before: { sessionLeader: '27' },
    },
    { name: 'one too many', cause: 'too_many_turns', event: (kind) => said(kind), before: { turns } },
  ],
  reaction_changed: [
    {
      name: 'by the customer or an employee',
      cause: null,
      event: (kind) => ({
        type: 'reaction_changed',
        messageId: '1',
        reaction: null,
        isOn: true,
        author: from(kind === 'line' ? 'client' : 'employee'),
        chat: chat(kind),
        sentAt: null,
      }),
    },
  ],
  message_edited: [
    {
      name: 'by its author',
      cause: null,
      event: (kind) => ({
        type: 'message_edited',
        messageId: '1',
        text: 'x',
        author: from(theOther(kind)),
        chat: chat(kind),
        mentionsBot: true,
        language: 'ru',
        sentAt: null,
      }),
    },
    {
      name: 'and a leader is named',
      cause: 'operator_answered',
      kinds: line,
      event: () => ({
        type: 'message_edited',
        messageId: '1',
        text: 'x',
        author: from('client'),
        chat: ledByPerson(),
        mentionsBot: true,
        language: 'ru',
        sentAt: null,
      }),
    },
  ],
  message_deleted: [
    {
      name: 'by its author',
      cause: null,
      event: (kind) => ({ type: 'message_deleted', messageId: '1', author: from(theOther(kind)), chat: chat(kind) }),
    },
    {
      name: 'and a leader is named',
      cause: 'operator_answered',
      kinds: line,
      event: () => ({ type: 'message_deleted', messageId: '1', author: from('client'), chat: ledByPerson() }),
    },
  ],
  joined: [
    { name: 'again', cause: null, event: (kind) => ({ type: 'joined', chat: chat(kind, null), language: 'ru' }) },
    {
      name: 'for the first time',
      cause: 'session_began',
      kinds: line,
      event: (kind) => ({ type: 'joined', chat: chat(kind, null), language: 'ru' }),
      before: { sessionId: null },
    },
  ],
  context_opened: [
    { name: 'by a link', cause: null, event: (kind) => ({ type: 'context_opened', chat: chat(kind), language: 'ru' }) },
  ],
  command: [
    {
      name: '/operator of an employee',
      cause: 'operator_command',
      event: (kind) => command(kind, 'operator', 'employee'),
    },
    {
      name: '/operator of a customer',
      cause: 'operator_command',
      kinds: line,
      event: (kind) => command(kind, 'operator', 'client'),
    },
    { name: '/bot of an employee', cause: 'bot_command', event: (kind) => command(kind, 'bot', 'employee') },
    {
      name: '/bot of a customer',
      cause: 'customer_bot_command',
      kinds: line,
      event: (kind) => command(kind, 'bot', 'client'),
    },
    { name: '/operator of a bot', cause: null, event: (kind) => command(kind, 'operator', 'bot') },
    { name: '/bot of a bot', cause: null, event: (kind) => command(kind, 'bot', 'bot') },
    { name: '/help', cause: null, event: (kind) => command(kind, 'help', theOther(kind)) },
    { name: 'of the brain', cause: null, event: (kind) => command(kind, 'price', theOther(kind)) },
    {
      name: 'one too many',
      cause: 'too_many_turns',
      event: (kind) => command(kind, 'price', theOther(kind)),
      before: { turns },
    },
  ],
  reply: [
    { name: 'to the customer', cause: null, event: () => textReply('ответ', 'm1') },
    { name: 'for the staff', cause: null, event: () => ({ ...textReply('заметка'), isInternal: true }) },
  ],
  reply_edited: [
    {
      name: '',
      cause: null,
      event: () => ({ type: 'reply_edited', portalMessageId: '5', text: 'x', cards: [], buttons: null }),
    },
  ],
  reply_deleted: [{ name: '', cause: null, event: () => ({ type: 'reply_deleted', portalMessageId: '5' }) }],
  reply_failed: [
    { name: '', cause: null, event: () => ({ type: 'reply_failed', remoteMessageId: 'm1', withdraw: true }) },
  ],
  read: [{ name: '', cause: null, event: () => ({ type: 'read', portalMessageId: '5' }) }],
  reacted: [
    { name: '', cause: null, event: () => ({ type: 'reacted', portalMessageId: '5', added: ['👍'], removed: [] }) },
  ],
  typing: [{ name: '', cause: null, event: () => ({ type: 'typing' }) }],
  handover: [
    { name: 'with a word', cause: 'brain_handed_over', event: () => ({ type: 'handover', note: 'Сложный вопрос' }) },
  ],
  taken_back: [{ name: '', cause: 'brain_took_back', event: () => ({ type: 'taken_back' }) }],
  finish: [{ name: '', cause: null, event: () => ({ type: 'finish' }) }],
  follow_up: [
    { name: '', cause: null, event: () => ({ type: 'follow_up', id: 'f', afterMs: 1, name: 'run', params: {} }) },
  ],
  follow_up_cancelled: [{ name: '', cause: null, event: () => ({ type: 'follow_up_cancelled', id: 'f' }) }],
  requested: [
    { name: '', cause: null, event: () => ({ type: 'requested', id: 'r', name: 'run', params: {}, by: 'person' }) },
  ],
  linked: [{ name: '', cause: null, event: () => ({ type: 'linked', remoteConversationId: 'c' }) }],
  receipt: [
    {
      name: '',
      cause: null,
      event: () => ({ type: 'receipt', remoteMessageId: 'm1', portalMessageId: '5', error: null }),
    },
  ],
  change_refused: [
    {
      name: 'by the portal',
      cause: null,
      event: () => ({ type: 'change_refused', side: 'portal', what: 'edit', messageId: '5', text: 'x', error: 'e' }),
    },
  ],
  greeting_due: [{ name: '', cause: null, event: (kind) => ({ type: 'greeting_due', chat: chat(kind) }) }],
  inactivity_timer_due: [
    {
      name: 'in time',
      cause: 'people_inactive',
      event: () => ({ type: 'inactivity_timer_due' }),
      before: { inactiveSince: anHourAgo, hasInactivityTimer: true },
    },
    {
      name: 'early',
      cause: null,
      event: () => ({ type: 'inactivity_timer_due' }),
      before: { inactiveSince: atTheMoment, hasInactivityTimer: true },
    },
  ],
  silence_timer_due: [
    {
      name: 'in time',
      cause: 'brain_silent',
      kinds: line,
      event: () => ({ type: 'silence_timer_due' }),
      before: { waitingSince: anHourAgo },
    },
    { name: 'early', cause: null, event: () => ({ type: 'silence_timer_due' }), before: { waitingSince: atTheMoment } },
  ],
  burst_timer_due: [{ name: '', cause: null, event: () => ({ type: 'burst_timer_due' }) }],
};
