import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../../src/api/schemas/audit.ts';
import type {
  ConversationAnswer,
  ConversationPage,
  ListedConversationAnswer,
  Timeline,
} from '../../../src/api/schemas/conversations.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { readSteps } from '../../../src/store/reporting/conversation-steps.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { botTalk, everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;
let admin: ApiClient;
let path: string;
let chatId: number;

const list = async (query = ''): Promise<ConversationPage> => await admin.get(`/api/conversations${query}`);
const find = async (search: string, more = ''): Promise<readonly ListedConversationAnswer[]> =>
  (await list(`?search=${encodeURIComponent(search)}${more}`)).conversations;
const one = async (): Promise<ConversationAnswer> => await admin.get(path);
const order = async (what: string, body: Readonly<Record<string, unknown>>): Promise<void> => {
  await admin.send('POST', `${path}/${what}`, { id: randomUUID(), ...body });
  await everythingDone(own.bridge.portal, own.probe);
};

beforeAll(async () => {
  own = await startInstalled();
  const { portal } = own.bridge;
  admin = await openApi(own.bridge.url, portal);
  const vera = portal.addEmployee({ name: 'Вера Проверкина' });
  ({ chatId } = portal.employeeWritesPrivate(vera.id, ourBot(portal, 'assistant').id, 'Где мой заказ 100%_ №5?'));
  await everythingDone(portal, own.probe);
  for (let number = 0; number < 4; number += 1) {
    const other = portal.addEmployee({ name: `Гость${number}` });
    portal.employeeWritesPrivate(other.id, ourBot(portal, 'assistant').id, `Вопрос ${number}`);
    await everythingDone(portal, own.probe);
  }
  const [found] = await find('проверкина');
  path = `/api/conversations/${found?.bot}/${found?.dialog}`;
});

afterAll(() => own.close());

describe('the list of conversations', () => {
  it('has each with its person, its last words and who leads, the last active first', async () => {
    const { conversations, next } = await list();
    expect(next).toBeNull();
    expect(conversations.map(({ person }) => person)).toEqual([
      'Гость3',
      'Гость2',
      'Гость1',
      'Гость0',
      'Вера Проверкина',
    ]);
    expect(conversations[0]).toMatchObject({
      bot: 'bridge_assistant',
      kind: 'private',
      lead: 'brain',
      undelivered: 0,
      said: { text: 'Вопрос 3', by: 'bot' },
    });
  });

  it('is read page by page, each conversation once', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: ConversationPage = await list(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.conversations.map(({ dialog }) => dialog));
      cursor = page.next;
    }
    expect(seen).toEqual((await list()).conversations.map(({ dialog }) => dialog));
  });

  it('is searched by parts of names in any case and by dialogs; nothing in a search is a pattern', async () => {
    expect((await find('ПРОВЕРК')).map(({ person }) => person)).toEqual(['Вера Проверкина']);
    const dialog = path.split('/').at(-1) ?? '';
    expect((await find(dialog)).map((row) => row.dialog)).toContain(dialog);
    for (const hostile of ['%', '_', '\\', '%а%', '(a+)+$', "'; drop table conversation; --", '\u{1f600}'])
      expect(await find(hostile), hostile).toEqual([]);
    expect((await admin.refused('GET', '/api/conversations?search=%00')).status).toBe(422);
    expect((await admin.refused('GET', `/api/conversations?search=${'x'.repeat(201)}`)).status).toBe(422);
  });

  it('is searched by the words of messages of both sides, and says which it found', async () => {
    const [found, ...others] = await find('ЗАКАЗ 100%_', '&in=messages');
    expect(others).toEqual([]);
    expect(found).toMatchObject({ person: 'Вера Проверкина', said: { text: 'Где мой заказ 100%_ №5?' } });
    expect(await find('100__', '&in=messages')).toEqual([]);
    expect((await list('?search=нет такого&in=messages')).searchedBackTo).toBeNull();
  });

  it('is searched by words page by page: no more than was asked for, each once', async () => {
    const pages: (readonly string[])[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: ConversationPage = await list(`?search=вопрос&in=messages&limit=3${after}`);
      pages.push(page.conversations.map(({ person }) => person ?? ''));
      cursor = page.next;
    }
    // The greeting that everybody was sent has the word too.
    expect(pages).toEqual([
      ['Гость3', 'Гость2', 'Гость1'],
      ['Гость0', 'Вера Проверкина'],
    ]);
  });

  it('is filtered by bot, kind, leader, state and time', async () => {
    const count = async (query: string): Promise<number> => (await list(`?${query}`)).conversations.length;
    expect(await count('bot=bridge_assistant')).toBe(5);
    expect(await count('bot=bridge_line')).toBe(0);
    expect(await count('kind=group')).toBe(0);
    expect(await count('lead=brain')).toBe(5);
    expect(await count('lead=taken')).toBe(0);
    expect(await count('state=undelivered')).toBe(0);
    expect(await count('state=under_way')).toBe(0);
    expect(await count('line=7')).toBe(0);
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect(await count(`since=${soon}`)).toBe(0);
    expect(await count(`until=${soon}`)).toBe(5);
    expect(await admin.get('/api/conversation-filters')).toMatchObject({
      lines: [],
      bots: [{ code: 'bridge_line' }, {}, {}],
    });
  });

  it('is filtered by what waits: of this portal, and only by its own', async () => {
    const [botCode = '', dialog = ''] = path.split('/').slice(-2);
    const wait = `update lane set ready_at = now() + interval '1 hour' where queue = 'inbox' and key = $1`;
    await own.probe.rows(wait, [`${botCode}/${dialog}`]);
    await own.probe.rows(
      `insert into lane (portal, queue, key, seq, ready_at)
       select 'another', 'inbox', key, 1, now() + interval '1 hour' from lane where queue = 'inbox' and key <> $1`,
      [`${botCode}/${dialog}`],
    );
    const waiting = (await list('?state=under_way')).conversations.map((row) => row.dialog);
    await own.probe.rows(`delete from lane where portal = 'another'`);
    await own.probe.rows(`update lane set ready_at = 'infinity' where seq = done`);
    expect(waiting).toEqual([dialog]);
  });

  it('takes no cursor that it has not written', async () => {
    for (const place of ['x', '[]', '["a","b","c","d"]', '["infinity","2026-01-01","a","b"]', '{"inbox":1}']) {
      const cursor = Buffer.from(place).toString('base64url');
      expect((await admin.refused('GET', `/api/conversations?cursor=${cursor}`)).status, place).toBe(422);
      expect((await admin.refused('GET', `${path}/timeline?cursor=${cursor}`)).status, place).toSatisfy(
        (status) => status === 422 || place === '{"inbox":1}',
      );
    }
  });
});

describe('a conversation', () => {
  it('is read as of one moment: no event that still waits beside the answer it led to', async () => {
    const db = openDatabase({ url: own.databaseUrl, poolSize: 2 });
    const [botCode = '', dialogId = ''] = path.split('/').slice(-2);
    const id = { portal: own.bridge.portal.memberId, botCode, dialogId };
    const before = await readSteps(db, id, null);
    expect(before.actions.length).toBeGreaterThan(0);
    const { reading } = await db.transaction(async (trx) => {
      await trx.raw('lock table outbox in access exclusive mode');
      const reading = readSteps(db, id, null);
      const waiting = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await until(async () => (await own.probe.count(`select count(*) ${waiting}`)) > 0);
      await trx.raw("update outbox set created_at = created_at + interval '1 second'");
      return { reading };
    });
    expect(await reading).toEqual(before);
    expect(await readSteps(db, id, null)).not.toEqual(before);
    await db.raw("update outbox set created_at = created_at - interval '1 second'");
    await db.destroy();
  });

  it('is told step by step, with what was said', async () => {
    const { entries, next } = await admin.get<Timeline>(`${path}/timeline`);
    expect(next).toBeNull();
    const kinds = entries.map(({ queue, side, state, outcome, items }) => [
      queue,
      side,
      state,
      outcome,
      items[0]?.type,
      items[0]?.text,
    ]);
    expect(kinds).toContainEqual(['inbox', 'bitrix24', 'done', 'forwarded', 'message', 'Где мой заказ 100%_ №5?']);
    expect(kinds).toContainEqual(['outbox', 'brain', 'done', 'delivered', 'message', 'Где мой заказ 100%_ №5?']);
    expect(kinds).toContainEqual(['outbox', 'portal', 'done', 'sent', 'send', 'Где мой заказ 100%_ №5?']);
    const heard = entries.find(({ items }) => items[0]?.type === 'message');
    expect(heard?.items[0]?.author).toEqual({ name: 'Вера Проверкина', kind: 'employee' });
  });

  it('says what an administrator orders as the bot, once, and who ordered it is in the audit list', async () => {
    const id = randomUUID();
    const body = { id, text: 'Заказ в пути.' };
    const calls = [1, 2, 3].map(() => admin.send('POST', `${path}/messages`, body));
    await Promise.all(calls);
    await until(() => botTalk(own.bridge.portal, chatId).some(({ text }) => text === 'Заказ в пути.'));
    await everythingDone(own.bridge.portal, own.probe);
    expect(botTalk(own.bridge.portal, chatId).filter(({ text }) => text === 'Заказ в пути.')).toHaveLength(1);
    const { entries } = await admin.get<AuditPage>('/api/audit');
    expect(entries.filter(({ action }) => action === 'conversation.message_sent')).toMatchObject([
      { subject: path.replace('/api/conversations/', ''), details: { text: 'Заказ в пути.' } },
    ]);
  });

  it('is taken over and given back, in its turn; while a person leads the bot says nothing', async () => {
    await order('lead', { to: 'person' });
    expect(await one()).toMatchObject({ conversation: { lead: 'taken' }, mayAct: true });
    expect(botTalk(own.bridge.portal, chatId).at(-1)?.text).toContain('/bot');
    expect(await admin.refused('POST', `${path}/messages`, { id: randomUUID(), text: 'вмешаюсь' })).toMatchObject({
      status: 409,
      code: 'conversation.person_leads',
    });
    // A second order changes nothing and says nothing.
    const said = botTalk(own.bridge.portal, chatId).length;
    await order('lead', { to: 'person' });
    expect(botTalk(own.bridge.portal, chatId)).toHaveLength(said);
    expect((await list('?lead=taken')).conversations).toHaveLength(1);
    await order('lead', { to: 'brain' });
    expect(await one()).toMatchObject({ conversation: { lead: 'brain' } });
    const { entries } = await admin.get<AuditPage>('/api/audit');
    expect(entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['conversation.taken_over', 'conversation.given_back']),
    );
  });

  it('of an Open Channel: the portal gives the session to whoever takes it over', async () => {
    const { portal } = own.bridge;
    const line = portal.addLine({ name: 'Магазин', botId: ourBot(portal, 'line').id, left: 'close' });
    const client = portal.addClient({ name: 'Клара Клиентова', lineId: line.id });
    const { chatId: lineChat } = portal.clientWrites(client.id, 'Помогите');
    await everythingDone(portal, own.probe);
    const [found] = await find('клара', `&line=${line.id}`);
    expect(found).toMatchObject({ kind: 'line', person: 'Клара Клиентова', line: String(line.id) });
    const lead = `/api/conversations/${found?.bot}/${found?.dialog}/lead`;
    await admin.send('POST', lead, { id: randomUUID(), to: 'person' });
    await everythingDone(portal, own.probe);
    const { entries } = await admin.get<AuditPage>('/api/audit');
    expect(String(portal.operatorOf(lineChat))).toBe(entries[0]?.userId);
    const said = botTalk(portal, lineChat).length;
    portal.clientWrites(client.id, 'Вы тут?');
    await everythingDone(portal, own.probe);
    expect(botTalk(portal, lineChat)).toHaveLength(said);
  });

  it('is nothing that others may touch: not readers, not other portals, not what does not exist', async () => {
    const { portal } = own.bridge;
    await admin.send('PUT', '/api/readers', { readers: 'everyone' });
    const reader = await openApi(own.bridge.url, portal, portal.addEmployee({ name: 'Читатель' }).id);
    expect(await reader.get<ConversationAnswer>(path)).toMatchObject({ mayAct: false });
    const id = randomUUID();
    for (const [what, body] of [
      ['lead', { id, to: 'person' }],
      ['messages', { id, text: 'x' }],
    ] as const)
      expect(await reader.refused('POST', `${path}/${what}`, body)).toMatchObject({ status: 403 });
    await admin.send('PUT', '/api/readers', { readers: 'nobody' });
    expect((await reader.refused('GET', path)).status).toBe(403);
    expect((await reader.refused('GET', '/api/conversations')).status).toBe(403);
    for (const ghost of ['bridge_assistant/999999', 'nobody/1', 'bridge_assistant/%25', 'bridge_assistant/..%2Fx']) {
      expect((await admin.refused('GET', `/api/conversations/${ghost}`)).status, ghost).toBe(404);
      expect((await admin.refused('GET', `/api/conversations/${ghost}/timeline`)).status, ghost).toBe(404);
      expect((await admin.refused('POST', `/api/conversations/${ghost}/lead`, { id, to: 'brain' })).status).toBe(404);
      expect((await admin.refused('POST', `/api/conversations/${ghost}/messages`, { id, text: 'x' })).status).toBe(404);
    }
    expect((await admin.refused('POST', `${path}/messages`, { id, text: '   ' })).status).toBe(422);
    expect((await admin.refused('POST', `${path}/messages`, { id, text: 'x'.repeat(4_001) })).status).toBe(422);
    expect((await admin.refused('POST', `${path}/messages`, { id: '1', text: 'x' })).status).toBe(422);
  });
});
