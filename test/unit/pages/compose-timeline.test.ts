import { describe, expect, it } from 'vitest';
import { composeTimeline } from '../../../install/src/components/conversations/compose-timeline.ts';
import type { Bubble, Mark, TimelineRow } from '../../../install/src/components/conversations/timeline-rows.ts';
import { csvOf } from '../../../install/src/components/undelivered/csv.ts';
import { reasonOf } from '../../../install/src/components/undelivered/reason-of.ts';
import type { TimelineEntry, TimelineItem } from '../../../src/api/schemas/conversations.ts';

const second = (count: number): string => new Date(Date.UTC(2026, 10, 22, 12, 1, 0) + count * 1_000).toISOString();

function entry(at: number, of: Partial<TimelineEntry>, ...items: readonly Partial<TimelineItem>[]): TimelineEntry {
  return {
    queue: 'inbox',
    lane: 'b/1',
    seq: at,
    trace: `t${at}`,
    side: 'bitrix24',
    at: second(at),
    doneAt: second(at + 1),
    state: 'done',
    outcome: null,
    remoteId: null,
    attempts: null,
    nextTryAt: null,
    isUnreadable: false,
    items: items.map((item) => ({
      type: 'message',
      messageId: null,
      messageIds: [],
      text: null,
      author: null,
      files: [],
      isInternal: false,
      to: null,
      ...item,
    })),
    ...of,
  };
}

const client = { name: 'Вера', kind: 'client' };
const asked = (at: number, messageId: string, of: Partial<TimelineEntry> = {}) =>
  entry(at, { outcome: 'forwarded', ...of }, { messageId, text: 'Где заказ?', author: client });
const toBrain = (at: number, messageId: string, of: Partial<TimelineEntry> = {}) =>
  entry(at, { queue: 'outbox', lane: 'b/1>brain', side: 'brain', outcome: 'delivered', ...of }, { messageId });
const send = (at: number, text: string, of: Partial<TimelineEntry> = {}) =>
  entry(at, { queue: 'outbox', lane: 'b/1>portal', side: 'portal', outcome: 'sent', ...of }, { type: 'send', text });

const stepsOf = (row: TimelineRow | undefined): string[] => (row as Bubble).steps.map(({ code }) => code);

describe('a conversation as a chat', () => {
  it('tells of each message when it was taken, passed on, answered and how long that took', () => {
    const rows = composeTimeline([send(3, 'В пути', { remoteId: '9' }), toBrain(2, '8'), asked(1, '8')]);
    expect(rows.map((row) => [row.kind, (row as Bubble).side])).toEqual([
      ['bubble', 'other'],
      ['bubble', 'bot'],
    ]);
    expect(stepsOf(rows[0])).toEqual(['taken', 'passedOn', 'answered']);
    expect((rows[0] as Bubble).steps.at(-1)?.ms).toBe(3_000);
    expect(stepsOf(rows[1])).toEqual(['sent']);
  });

  it('links messages that were passed on together, and changes of messages of both sides', () => {
    const together = toBrain(3, '2');
    const rows = composeTimeline([
      asked(1, '1'),
      asked(2, '2'),
      { ...together, items: together.items.map((item) => ({ ...item, messageIds: ['1', '2'] })) },
      send(4, 'В пути', { remoteId: '9' }),
      entry(5, { outcome: 'forwarded' }, { type: 'message_edited', messageId: '1', text: 'Где мой заказ?' }),
      entry(6, { queue: 'outbox', side: 'portal' }, { type: 'edit', messageId: '9', text: 'Уже в пути' }),
    ]);
    expect(rows.map((row) => (row as Bubble).text)).toEqual(['Где мой заказ?', 'Где заказ?', 'Уже в пути']);
    expect(stepsOf(rows[0])).toEqual(['taken', 'passedOn', 'edited']);
    expect(stepsOf(rows[1])).toEqual(['taken', 'passedOn', 'answered']);
    expect(stepsOf(rows[2])).toEqual(['sent', 'edited']);
  });

  it('shows what waits and when it is tried again, what failed, and what nobody saw', () => {
    const rows = composeTimeline([
      asked(1, '1'),
      toBrain(2, '1', { state: 'waiting', outcome: 'http.timeout', attempts: 2, nextTryAt: second(60), doneAt: null }),
      asked(3, '3'),
      toBrain(4, '3', { state: 'dead_letter', outcome: 'webhook.refused' }),
      entry(5, { side: 'webhook', outcome: 'dropped_person_owns' }, { type: 'reply', text: 'поздно' }),
    ]);
    expect(stepsOf(rows[0])).toEqual(['taken', 'retried']);
    expect(stepsOf(rows[1])).toEqual(['taken', 'failed']);
    expect((rows[1] as Bubble).stuck?.seq).toBe(4);
    expect(rows[2]).toMatchObject({ side: 'bot', isHidden: true, text: 'поздно' });
  });

  it('marks hand-overs, orders of the page and what cannot be shown', () => {
    const order = (at: number, to: string, outcome: string) =>
      entry(at, { side: 'bridge', outcome }, { type: 'lead_ordered', to, author: { name: 'Анна', kind: 'employee' } });
    const rows = composeTimeline([
      entry(1, { side: 'webhook', outcome: 'handed_over' }, { type: 'handover', text: 'Сложно' }),
      order(2, 'person', 'handed_over'),
      order(3, 'person', 'noted'),
      order(4, 'brain', 'handed_back'),
      entry(5, { isUnreadable: true }),
      entry(6, { state: 'dead_letter', outcome: 'internal' }),
    ]);
    expect(rows.map((row) => [(row as Mark).code, (row as Mark).word, (row as Mark).text])).toEqual([
      ['handed_over', '', 'Сложно'],
      ['took', 'Анна', null],
      ['gave', 'Анна', null],
      ['unreadable', '', null],
      ['failed', '', null],
    ]);
  });

  it('shows a message that was sent again once', () => {
    const rows = composeTimeline([
      asked(1, '1'),
      send(2, 'В пути', { state: 'dropped', outcome: 'replayed' }),
      send(3, 'В пути', { seq: 7 }),
    ]);
    expect(rows.map((row) => (row as Bubble).side)).toEqual(['other', 'bot']);
  });
});

describe('what was not delivered', () => {
  it.each([
    ['http.timeout', 'unreachable'],
    ['messagegateway.crm_away', 'unreachable'],
    ['brain.not_connected', 'notConnected'],
    ['bitrix24.ACCESS_DENIED', 'portalRefused'],
    ['bitrix24.disconnected', 'portalGone'],
    ['bitrix24.PAYMENT_REQUIRED', 'portalUnpaid'],
    ['bitrix24.QUERY_LIMIT_EXCEEDED', 'limits'],
    ['outbox.interrupted', 'interrupted'],
    ['unknown_conversation', 'homeless'],
    ['webhook.refused', 'serviceRefused'],
    ['internal', 'own'],
    ['', 'own'],
  ])('%s has the reason %s', (code, reason) => {
    expect(reasonOf(code)).toBe(reason);
  });

  it('is a file that spreadsheets read and do not calculate', () => {
    expect(csvOf([['a', 'b;c', 'say "no"', '=1+1', '-2', '@x', 'two\nlines']])).toBe(
      '\ufeffa,"b;c","say ""no""",\'=1+1,\'-2,\'@x,"two\nlines"\r\n',
    );
  });
});
