/** The conversations of a portal. */
import { z } from 'zod';
import {
  needConversation,
  type OrderOptions,
  orderLead,
  orderMessage,
  unknownConversation,
} from '../../queue/by-hand/conversation-orders.ts';
import { type ToldEntry, tellConversation } from '../../queue/by-hand/conversation-timeline.ts';
import { searchConversations } from '../../queue/by-hand/search-conversations.ts';
import { type ListFilter, listConversations, listLineIds } from '../../store/reporting/conversation-list.ts';
import { listBots } from '../../store/tenants/bots.ts';
import type { ConversationId } from '../../store/tenants/conversations.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { describeConversations, type NamedConversation } from '../describe-conversations.ts';
import { type Caller, endpoint } from '../endpoint.ts';
import { doneSchema } from '../schemas/common.ts';
import {
  conversationFiltersSchema,
  conversationPageSchema,
  conversationParamsSchema,
  conversationQuerySchema,
  conversationSchema,
  leadOrderSchema,
  messageOrderSchema,
  timelineQuerySchema,
  timelineSchema,
} from '../schemas/conversations.ts';

const momentText = z.string().regex(/^\d{4}-[\d :.+-]{5,40}$/);
const listPlaceSchema = z.tuple([momentText, momentText, z.string().max(500), z.string().max(500)]);

const list = endpoint({
  method: 'GET',
  path: '/api/conversations',
  summary: 'Conversations, the last active first; by filters, and by a search for people or for words',
  access: 'reader',
  query: conversationQuerySchema,
  answer: conversationPageSchema,
  async handle({ services: { db }, portal: { portal }, query }) {
    const filter = filterOf(query);
    const after = readCursor(listPlaceSchema, query.cursor);
    const { search = '', limit } = query;
    if (search !== '' && query.in === 'messages') {
      const { found, last } = await searchConversations(db, portal, { text: search, filter, after, limit });
      const rows = found.map(({ conversation, said }): NamedConversation => ({ ...conversation, said }));
      return {
        conversations: await describeConversations(db, portal, rows),
        next: last === null ? null : writeCursor(last.place),
        searchedBackTo: last?.updated_at.toISOString() ?? null,
      };
    }
    const named = search === '' ? filter : { ...filter, name: search };
    const rows = await listConversations(db, portal, named, { after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      conversations: await describeConversations(db, portal, shown),
      next: rows.length > limit && last !== undefined ? writeCursor(last.place) : null,
      searchedBackTo: null,
    };
  },
});

function filterOf(query: z.output<typeof conversationQuerySchema>): ListFilter {
  const { bot: botCode, line: lineId, kind, lead, state, since, until } = query;
  return {
    botCode,
    lineId,
    kind,
    lead,
    state,
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
  };
}

const filters = endpoint({
  method: 'GET',
  path: '/api/conversation-filters',
  summary: 'The bots and the Open Channels by which conversations can be listed',
  access: 'reader',
  answer: conversationFiltersSchema,
  async handle({ services: { db }, portal: { portal } }) {
    const [bots, lines] = await Promise.all([listBots(db, portal), listLineIds(db, portal)]);
    return { bots: bots.map(({ code, name }) => ({ code, name })), lines };
  },
});

const show = endpoint({
  method: 'GET',
  path: '/api/conversations/:bot/:dialog',
  summary: 'One conversation, and who leads it',
  access: 'reader',
  params: conversationParamsSchema,
  answer: conversationSchema,
  async handle(request) {
    const { services, role } = request;
    const id = idOf(request);
    const row = await needConversation(services.db, id);
    const [bots, [conversation]] = await Promise.all([
      listBots(services.db, id.portal),
      describeConversations(services.db, id.portal, [row]),
    ]);
    if (conversation === undefined) throw unknownConversation();
    const botName = bots.find(({ code }) => code === id.botCode)?.name ?? id.botCode;
    return { conversation, botName, mayAct: role === 'admin' };
  },
});

const stepsPlaceSchema = z.object({
  inbox: z.int().min(0),
  portal: z.int().min(0),
  brain: z.int().min(0),
});

const timeline = endpoint({
  method: 'GET',
  path: '/api/conversations/:bot/:dialog/timeline',
  summary: 'What happened in a conversation, step by step; the newest first page by page',
  access: 'reader',
  params: conversationParamsSchema,
  query: timelineQuerySchema,
  answer: timelineSchema,
  async handle(request) {
    const id = idOf(request);
    const before = readCursor(stepsPlaceSchema, request.query.cursor);
    await needConversation(request.services.db, id);
    const { entries, next } = await tellConversation(request.services, id, before);
    return { entries: entries.map(describeEntry), next: next === null ? null : writeCursor(next) };
  },
});

function describeEntry({ step, wait, items, isUnreadable }: ToldEntry) {
  const { queue, lane, seq, trace, side, at, done_at: doneAt, state, outcome, remote_id: remoteId } = step;
  return {
    ...{ queue, lane, seq, trace, side, state, outcome, remoteId, isUnreadable },
    at: at.toISOString(),
    doneAt: doneAt?.toISOString() ?? null,
    attempts: wait?.attempts ?? null,
    nextTryAt: wait?.nextTryAt?.toISOString() ?? null,
    items: items.map((item) => ({ ...item, messageIds: [...item.messageIds], files: [...item.files] })),
  };
}

const lead = endpoint({
  method: 'POST',
  path: '/api/conversations/:bot/:dialog/lead',
  summary: 'Takes a conversation over, or gives it back; it takes effect in the turn of its messages',
  access: 'admin',
  params: conversationParamsSchema,
  body: leadOrderSchema,
  answer: doneSchema,
  async handle(request) {
    const { id, to } = request.body;
    await orderLead(ordersOf(request), idOf(request), { id, lead: to, by: visitorOf(request) });
    return { done: true as const };
  },
});

const say = endpoint({
  method: 'POST',
  path: '/api/conversations/:bot/:dialog/messages',
  summary: 'Says something as the bot, while the brain leads; it is sent in the turn of the messages',
  access: 'admin',
  params: conversationParamsSchema,
  body: messageOrderSchema,
  answer: doneSchema,
  async handle(request) {
    const { id, text } = request.body;
    await orderMessage(ordersOf(request), idOf(request), { id, text, by: visitorOf(request) });
    return { done: true as const };
  },
});

function idOf({
  portal,
  params,
}: Caller & { readonly params: z.output<typeof conversationParamsSchema> }): ConversationId {
  return { portal: portal.portal, botCode: params.bot, dialogId: params.dialog };
}

function ordersOf({ services: { db, wakeups }, note }: Caller): OrderOptions {
  return { db, wakeups, note };
}

const visitorOf = ({ session }: Caller) => ({ id: session.userId, name: session.userName });

export const conversationEndpoints = [list, filters, show, timeline, lead, say];
