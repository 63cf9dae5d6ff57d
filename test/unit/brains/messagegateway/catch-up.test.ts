import { describe, expect, it } from 'vitest';
import type { Apis } from '../../../../src/brains/messagegateway/api/apis.ts';
import type { MgQuery } from '../../../../src/brains/messagegateway/api/mg-http.ts';
import type { MgDialog, MgMessage } from '../../../../src/brains/messagegateway/api/mg-shapes.ts';
import { pageSize } from '../../../../src/brains/messagegateway/api/pages.ts';
import type { MgContext } from '../../../../src/brains/messagegateway/context.ts';
import { catchUp } from '../../../../src/brains/messagegateway/listener/catch-up.ts';
import { readCursor, writeCursor } from '../../../../src/brains/messagegateway/listener/cursor.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { mainChannelOnly, mgConfig, unitTools } from '../../../support/messagegateway-unit.ts';

const signal = new AbortController().signal;

function far(given: {
  ids: readonly number[];
  order: 'up' | 'down';
  isInclusive: boolean;
  dialogs?: readonly MgDialog[];
  /** Every page is full of messages nobody has seen. */
  isEndless?: boolean;
}) {
  let invented = 1_000_000;
  const logged: string[] = [];
  const asked: MgQuery[] = [];
  const inside = (id: number, since: unknown, until: unknown): boolean => {
    const isAfter = typeof since !== 'number' || (given.isInclusive ? id >= since : id > since);
    return isAfter && (typeof until !== 'number' || (given.isInclusive ? id <= until : id < until));
  };
  const bot: Partial<Apis['bot']> = {
    messages(query) {
      asked.push(query);
      if (given.isEndless === true) {
        const first = invented + 1;
        invented += Number(query['limit']);
        return Promise.resolve(range(first, invented).map((id): MgMessage => ({ id, chat_id: 1 })));
      }
      const found = given.ids.filter((id) => inside(id, query['since_id'], query['until_id']));
      found.sort((a, b) => (given.order === 'up' ? a - b : b - a));
      const page = found.slice(0, Number(query['limit']));
      return Promise.resolve(page.map((id): MgMessage => ({ id, chat_id: 1, type: 'text', created_at: at(id) })));
    },
    dialogs(query) {
      asked.push(query);
      const all = (given.dialogs ?? []).filter(({ id }) => inside(id, query['since_id'], query['until_id']));
      all.sort((a, b) => (given.order === 'up' ? a.id - b.id : b.id - a.id));
      return Promise.resolve(all.slice(0, Number(query['limit'])));
    },
    chats: () => Promise.resolve([{ id: 1, channel: { id: 61 }, customer: { external_id: 'ref' } }]),
  };
  const config = mgConfig({ handover: { userIds: [12] } });
  const context: MgContext = {
    config,
    apis: { bot: bot as Apis['bot'], transport: {} as Apis['transport'], botLimiter: {} as Apis['botLimiter'] },
    tools: unitTools({ send: () => Promise.reject(new Error('not expected')) }, logged),
    clock: systemClock,
    channels: mainChannelOnly(config),
  };
  return { context, asked, logged };
}

const base = Date.parse('2026-06-30T10:00:00Z');
const at = (second: number): string => new Date(base + second * 1000).toISOString();
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('catching up', () => {
  it.each([
    ['up', true],
    ['up', false],
    ['down', true],
    ['down', false],
  ] as const)('finds every message once, in order, over many pages (%s, inclusive: %s)', async (order, isInclusive) => {
    const { context } = far({ ids: range(1_001, 1_000 + 2 * pageSize + 7), order, isInclusive });
    const frames = await catchUp(context, { messageId: 1_100, since: new Date(base) }, signal);
    const ids = frames.map((frame) => (frame.data['message'] as MgMessage).id);
    expect(ids).toEqual(range(1_001, 1_000 + 2 * pageSize + 7).filter((id) => (isInclusive ? id >= 900 : id > 900)));
  });

  it('stops when a full page brings nothing new', async () => {
    const { context, asked } = far({ ids: range(1, pageSize), order: 'up', isInclusive: true });
    await catchUp(context, { messageId: 1, since: new Date(base) }, signal);
    expect(asked.filter((query) => 'since_id' in query).length).toBeLessThanOrEqual(3);
  });

  it('asks by time where no message has been heard of yet', async () => {
    const { context, asked } = far({ ids: [5], order: 'down', isInclusive: true });
    await catchUp(context, { messageId: null, since: new Date(base) }, signal);
    expect(asked[0]).toEqual({ channel_id: 61, since: new Date(base - 120_000).toISOString(), limit: pageSize });
  });

  it('finds failures of messages that lie far behind, by their last change', async () => {
    const { context } = far({ ids: [4_990, 5_001], order: 'up', isInclusive: true });
    const from = { type: 'user', id: 12 };
    const failed: MgMessage = {
      id: 7,
      chat_id: 1,
      type: 'text',
      scope: 'public',
      status: 'failed',
      from,
      created_at: at(1),
    };
    const changed = [failed, { ...failed, id: 8, status: 'sent' }, { ...failed, id: 4_990 }];
    const { bot: usual } = context.apis;
    const bot: Apis['bot'] = {
      ...usual,
      messages: (query, until) =>
        query['since'] === undefined ? usual.messages(query, until) : Promise.resolve(changed),
    };
    const apis = { ...context.apis, bot };
    const frames = await catchUp({ ...context, apis }, { messageId: 5_000, since: new Date(base) }, signal);
    expect(frames.map((frame) => (frame.data['message'] as MgMessage).id).toSorted((a, b) => a - b)).toEqual([
      7, 4_990, 5_001,
    ]);
  });

  it('puts assignments where they belong in time, and leaves out old and foreign ones', async () => {
    const dialog = (id: number, responsible: MgDialog['responsible']): MgDialog => ({ id, chat_id: 1, responsible });
    const dialogs = [
      dialog(1, { type: 'user', id: 12, assigned_at: at(6) }),
      dialog(2, { type: 'user', id: 13, assigned_at: at(6) }),
      dialog(3, { type: 'user', id: 12, assigned_at: at(-500) }),
      dialog(4, null),
    ];
    const { context } = far({ ids: [5, 7], order: 'down', isInclusive: true, dialogs });
    const frames = await catchUp(context, { messageId: 1, since: new Date(base) }, signal);
    expect(frames.map(({ type }) => type)).toEqual(['message_new', 'dialog_assign', 'message_new']);
  });
});

describe('catching up with much', () => {
  it.each(['up', 'down'] as const)('finds every assignment, over many pages (%s)', async (order) => {
    const responsible = (id: number) => ({ type: 'user', id, assigned_at: at(6) });
    const wanted = [3, pageSize + 5, 2 * pageSize + 7];
    const dialogs = range(1, 2 * pageSize + 9).map(
      (id): MgDialog => ({ id, chat_id: 1, responsible: responsible(wanted.includes(id) ? 12 : 13) }),
    );
    const { context } = far({ ids: [], order, isInclusive: true, dialogs });
    const frames = await catchUp(context, { messageId: 1, since: new Date(base) }, signal);
    const ids = frames.map((frame) => (frame.data['dialog'] as MgDialog).id);
    expect(ids.toSorted((a, b) => a - b)).toEqual(wanted);
  });

  it('comes to an end, and says so, where the service has none', async () => {
    const { context, asked, logged } = far({ ids: [], order: 'up', isInclusive: true, isEndless: true });
    const frames = await catchUp(context, { messageId: 1, since: new Date(base) }, signal);
    expect(frames).toHaveLength(20 * pageSize);
    // By number, and by the last change.
    expect(asked.filter((query) => 'channel_id' in query)).toHaveLength(40);
    expect(logged.join()).toContain('more was missed than is read');
  });
});

describe('the cursor', () => {
  it('survives being stored', () => {
    const cursor = { messageId: 7, since: new Date(base) };
    expect(readCursor(writeCursor(cursor))).toEqual(cursor);
    expect(readCursor(writeCursor({ ...cursor, messageId: null }))).toEqual({ ...cursor, messageId: null });
  });

  it.each([null, '', '17', '{"messageId":"7"}', '{'])('that is none (%j) begins anew', (text) => {
    expect(readCursor(text)).toBeNull();
  });
});
