/** Events of one Open Channel chat, and a function that applies them in order. */
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot } from '../../../src/core/bridge-result.ts';
import { type Conversation, newConversation } from '../../../src/core/conversation.ts';
import type { Chat, ChatEvent, PortalEvent } from '../../../src/core/events.ts';
import { capabilitiesWith } from './rules.ts';

export const bot: BridgeBot = {
  code: 'bridge_line',
  name: 'Помощник',
  type: 'O',
  giveBackAfterMinutes: null,
  botIds: ['900', '901'],
  capabilities: capabilitiesWith({ maxTextLength: 1_000, ownership: true }),
};

/** The chat as an event is decoded: if the bot itself (900) leads, no person does. */
export const chat = (leaderId: string | undefined, sessionId: string | null = '343'): Chat => ({
  kind: 'line',
  dialogId: 'chat1777',
  title: '',
  line: { lineId: '22', connector: 'telegrambot', sessionId, crm: [], ...leads(leaderId) },
});

const leads = (id: string | undefined) => (id === undefined ? {} : { leaderId: id === '900' ? '0' : id });

export type Message = PortalEvent & { type: 'message' };

export const said = (who: 'client' | 'employee', place: Chat, changes: Partial<Message> = {}): Message => ({
  type: 'message',
  messageId: '1',
  text: 'слова',
  author: { id: who === 'client' ? '599' : '27', name: '', kind: who },
  chat: place,
  mentionsBot: true,
  files: [],
  language: 'ru',
  sentAt: null,
  quoteOf: null,
  isHidden: false,
  callsPerson: false,
  ...changes,
});

export const joined = (leaderId: string | undefined): ChatEvent => ({
  type: 'joined',
  chat: chat(leaderId, null),
  language: 'ru',
});
export const edited = (leaderId: string): ChatEvent => ({
  type: 'message_edited',
  messageId: '1',
  text: 'иначе',
  author: { id: '599', name: '', kind: 'client' },
  chat: chat(leaderId),
  mentionsBot: true,
  language: 'ru',
  sentAt: null,
});
export const zero = (who: 'client' | 'employee', changes: Partial<Message> = {}): ChatEvent =>
  said(who, chat('900'), { text: '0', callsPerson: true, ...changes });

/** A customer's message where another bot of the app leads and receives it too. */
export const besideOther = (leaderId: string): ChatEvent => said('client', chat(leaderId), { otherBotLeads: true });
export const zeroTo = (leaderId: string): ChatEvent =>
  said('client', chat(leaderId), { text: '0', callsPerson: true, otherBotLeads: true });

export const start = (): Conversation => ({
  ...newConversation('bridge_line', 'chat1777', 'ref'),
  kind: 'line',
  language: 'ru',
});

/** Applies the events in order. Returns what the last one made the bot show the customer or send to the brain. */
export function play(events: readonly ChatEvent[], from: Conversation = start()) {
  let conversation = from;
  let last: ReturnType<typeof bridge> | null = null;
  for (const event of events) {
    last = bridge(event, conversation, bot, { at: new Date('2026-11-21T06:00:00Z') });
    conversation = last.conversation;
  }
  const actions = last?.actions ?? [];
  const isTold = actions.some(({ target, action }) => target === 'brain' && action.type === 'message');
  const isShown = actions.some((one) => one.target === 'portal' && one.action.type === 'send' && !one.action.internal);
  return { conversation, outcome: last?.outcome, speaks: isTold || isShown };
}

export const client = (leaderId?: string, sessionId?: string): ChatEvent => said('client', chat(leaderId, sessionId));

export function command(name: string, changes: Partial<PortalEvent & { type: 'command' }> = {}): ChatEvent {
  return {
    type: 'command',
    command: name,
    params: '',
    messageId: '7',
    via: 'text',
    text: `/${name}`,
    mentionsBot: true,
    author: { id: '27', name: '', kind: 'employee' },
    chat: chat('27'),
    language: 'ru',
    sentAt: null,
    quoteOf: null,
    ...changes,
  };
}
