import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../../src/bitrix24/events/decode-event.ts';
import { readFetched } from '../../../src/bitrix24/events/fetched-event.ts';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import { toNewEvents } from '../../../src/queue/event-intake.ts';
import { fixture, fixtureNames } from '../../support/fixtures.ts';

const bot = { code: 'support_bot', id: '456' };

const john = { id: '1', name: 'John Smith', kind: 'employee', firstName: 'John', lastName: 'Smith', isExtranet: false };
const group = { kind: 'group', dialogId: 'chat5', title: 'Support Chat', line: null };
const untitled = { ...group, title: '' };
const at = '2025-01-15T08:30:00Z';

/** What each recorded event means, as the page of its kind says. */
const meanings: Readonly<Record<string, object>> = {
  messageadd: {
    type: 'message',
    messageId: '789',
    text: 'Hello bot!',
    author: john,
    chat: group,
    mentionsBot: false,
    files: [],
    language: 'en',
    sentAt: at,
    quoteOf: null,
  },
  messageupdate: {
    type: 'message_edited',
    messageId: '789',
    text: 'Hello bot! (edited)',
    author: john,
    chat: untitled,
    mentionsBot: false,
    language: 'en',
    sentAt: at,
  },
  messagedelete: { type: 'message_deleted', messageId: '789', author: john, chat: untitled },
  joinchat: { type: 'joined', chat: untitled, language: 'en' },
  contextget: {
    type: 'context_opened',
    chat: { kind: 'private', dialogId: '1', title: '', line: null },
    language: 'en',
    author: john,
    context: { entityId: '164', entityType: 'task', source: 'link' },
  },
  commandadd: {
    type: 'command',
    command: 'help',
    params: 'topic',
    messageId: '790',
    via: 'text',
    text: '/help topic',
    mentionsBot: false,
    author: john,
    chat: group,
    language: 'en',
    sentAt: at,
    quoteOf: null,
  },
  reactionchange: {
    type: 'reaction_changed',
    messageId: '789',
    reaction: '👍',
    isOn: true,
    author: john,
    chat: untitled,
    sentAt: at,
  },
  delete: { type: 'bot_deleted', botId: '456' },
};

const fetched = (name: string): unknown => JSON.parse(fixture(name).body);

function meaningOf(body: Buffer): unknown {
  const decoded = decodeEvent(body, bot);
  if (decoded.kind === 'chat') return decoded.events;
  return decoded.kind === 'app' ? [decoded.event] : decoded;
}

describe('a fetched event', () => {
  it('is recorded for every kind that has a meaning here', () => {
    const kinds = fixtureNames('v2-fetch-').map((name) => name.replace('v2-fetch-onimbotv2', ''));
    expect(kinds.sort()).toEqual(Object.keys(meanings).sort());
  });

  it.each(Object.entries(meanings))('%s has its documented meaning', (kind, meaning) => {
    const page = readFetched({ events: [fetched(`v2-fetch-onimbotv2${kind}`)] }, 1);
    expect(page.events).toHaveLength(1);
    expect(page.events.map(({ body }) => meaningOf(body))).toEqual([[meaning]]);
  });

  it.each(fixtureNames('v2-webhook-'))('means the same as %s, posted, and is the same event', (name) => {
    const posted = Buffer.from(fixture(name).body);
    const other = fetched(name.replace('webhook', 'fetch')) as { date: string };
    // The page recorded both at other times.
    const date = new Date(1_772_093_963_000).toISOString();
    const [polled] = readFetched({ events: [{ ...other, date }] }, 1).events;
    const ours = polled?.body ?? Buffer.alloc(0);
    expect(meaningOf(ours)).toEqual(meaningOf(posted));
    const keys = (body: Buffer) =>
      toNewEvents('p', scanEvent(body), []).map(({ lane, dedupeKey }) => ({ lane, dedupeKey }));
    expect(keys(ours)).toEqual(keys(posted));
  });

  it('of a whole answer keeps the order of the numbers, and nothing above is acknowledged', () => {
    const { result } = fetched('v2-event-get-response') as { result: { events: object[]; nextOffset: number } };
    const page = readFetched({ ...result, events: [...result.events].reverse(), nextOffset: 9_999 }, 1);
    expect(page.events.map(({ id }) => id)).toEqual([1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008]);
    expect(page.nextOffset).toBe(1009);
    const types = page.events.map(({ body }) => (meaningOf(body) as { type: string }[]).map(({ type }) => type));
    expect(types.flat()).toEqual([
      ...['message', 'message_edited', 'message_deleted', 'joined', 'context_opened', 'command'],
      ...['reaction_changed', 'bot_deleted'],
    ]);
  });

  it('of an empty answer moves nothing', () => {
    const { result } = fetched('v2-event-get-empty') as { result: unknown };
    expect(readFetched(result, 1009)).toEqual({ events: [], nextOffset: 1009, hasMore: false });
  });

  it.each([
    null,
    [],
    {},
    { events: {} },
    { events: [null] },
    { events: [{ eventId: 0 }] },
    { events: [{ eventId: 'x' }] },
  ])('is asked for again where the answer is none: %j', (answer) => {
    expect(() => readFetched(answer, 1)).toThrow(
      expect.objectContaining({ code: 'bitrix24.no_events', retry: 'backoff' }),
    );
  });

  it('is stored whatever it holds, and read without an exception', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.string({ unit: 'binary' }), (data, type) => {
        const [event] = readFetched({ events: [{ eventId: 1, type, date: type, data }] }, 1).events;
        const body = event?.body ?? Buffer.alloc(0);
        const rows = toNewEvents('p', scanEvent(body), []);
        expect(rows.length).toBeGreaterThan(0);
        decodeEvent(body, bot);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot pass for an event that only the portal posts', () => {
    const [event] = readFetched({ events: [{ eventId: 1, type: 'ONAPPUNINSTALL', data: { CLEAN: 1 } }] }, 1).events;
    expect(meaningOf(event?.body ?? Buffer.alloc(0))).toEqual({ kind: 'nothing', reason: 'unknown_event' });
  });

  it('with more in it than is read of a form keeps its time', () => {
    const params = Object.fromEntries(Array.from({ length: 20_000 }, (_, at_) => [`p${at_}`, '1']));
    const event = { eventId: 1, type: 'ONIMBOTV2JOINCHAT', date: '2025-01-15T08:30:00Z', data: { params } };
    const body = readFetched({ events: [event] }, 1).events[0]?.body.toString() ?? '';
    expect(body.split('&')).toHaveLength(10_000);
    expect(body.endsWith('&ts=1736929800')).toBe(true);
  });
});
