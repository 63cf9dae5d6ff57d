/** Events from customers, employees and operators, and their effect on who leads. */
import type { AuthorKind, Chat, ChatEvent, ChatKind, PortalEvent } from '../../../src/core/events.ts';
import { anHourAgo, type LeadEvents, line } from './lead-event-rows.ts';
import { atTheMoment, chat, from, message } from './plain-talk.ts';

const inside: readonly ChatKind[] = ['private', 'group'];

/** The customer in an Open Channel, an employee elsewhere. */
const theOther = (kind: ChatKind): AuthorKind => (kind === 'line' ? 'client' : 'employee');
const said = (kind: ChatKind, changes: Partial<PortalEvent & { type: 'message' }> = {}): ChatEvent =>
  message({ chat: chat(kind), author: from(theOther(kind)), ...changes });

/** The chat as an event describes it while person 27 leads the session. */
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

export const leadEventsOfPeople: Pick<
  LeadEvents,
  | 'message'
  | 'operator_wrote'
  | 'session_finished'
  | 'reaction_changed'
  | 'message_edited'
  | 'message_deleted'
  | 'joined'
  | 'context_opened'
  | 'command'
  | 'lead_ordered'
  | 'message_ordered'
> = {
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
    {
      name: 'of a customer to a bot without a brain',
      cause: 'nobody_answers',
      kinds: line,
      event: (kind) => said(kind),
      of: { unanswered: { texts: {} } },
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
  operator_wrote: [
    {
      name: 'as the line tells it',
      cause: 'operator_wrote',
      kinds: line,
      event: () => ({ type: 'operator_wrote', messageId: '1', author: from('employee'), sentAt: atTheMoment }),
    },
    {
      name: 'an hour ago',
      cause: null,
      kinds: line,
      event: () => ({ type: 'operator_wrote', messageId: '1', author: from('employee'), sentAt: anHourAgo }),
    },
  ],
  session_finished: [{ name: '', cause: null, kinds: line, event: () => ({ type: 'session_finished', sentAt: null }) }],
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
  lead_ordered: [
    {
      name: 'to a person',
      cause: 'taken_on_page',
      event: () => ({ type: 'lead_ordered', to: 'person', by: { id: '7', name: 'Анна' } }),
    },
    {
      name: 'to the brain',
      cause: 'given_back_on_page',
      event: () => ({ type: 'lead_ordered', to: 'brain', by: { id: '7', name: 'Анна' } }),
    },
  ],
  message_ordered: [
    {
      name: '',
      cause: null,
      event: (kind) => ({ type: 'message_ordered', id: 'o', text: 'x', by: { id: '7', name: 'А' }, chat: chat(kind) }),
    },
  ],
};
