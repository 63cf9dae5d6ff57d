import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../../support/api-client.ts';
import { install, until } from '../../support/bridge.ts';
import { postEvent, privateMessageBody } from '../../support/event-bodies.ts';
import { readPageData } from '../../support/page-data.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';
import { startTwoCells, type TwoCells } from './two-cells.ts';

interface Third {
  readonly server: Server;
  readonly host: string;
  readonly seen: { readonly address: string | undefined; readonly body: string }[];
}

/** Stands for the app of a third cell: takes what is sent to it. */
async function startThird(): Promise<Third> {
  const seen: { address: string | undefined; body: string }[] = [];
  const server = createServer((request, answer) => {
    void text(request).then((body) => {
      seen.push({ address: request.url, body });
      answer.end('taken');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

let two: TwoCells;

let third: Third;

beforeAll(async () => {
  third = await startThird();
  two = await startTwoCells({}, [third.host]);
  // The card's addresses lead to the first cell, which takes no new portals: the portal is placed in the second.
  await two.cli('cells', 'drain', '--name', 'first');
  await install(two.own.bridge);
  await everythingDone(two.own.bridge.portal, two.second.probe);
});

afterAll(async () => {
  await two?.close();
  third?.server.close();
});

const portalsIn = (cell: 'first' | 'second') => two[cell].probe.count('select count(*) from portal');

describe('a portal that is placed in another cell than the one its card leads to', () => {
  it('lives there alone', async () => {
    expect([await portalsIn('first'), await portalsIn('second')]).toEqual([0, 1]);
    const homes = await two.directory.rows('select portal, cell from portal_home');
    expect(homes).toEqual([{ portal: two.own.bridge.portal.memberId, cell: 'second' }]);
  });

  it('sends the events of its bots to its own cell and is answered', async () => {
    const { portal } = two.own.bridge;
    expect(portal.bindings().every(({ handler }) => handler.startsWith(two.second.url))).toBe(true);
    const userId = portal.addEmployee({ name: 'Вера' }).id;
    const { chatId } = portal.employeeWritesPrivate(userId, ourBot(portal, 'assistant').id, 'Слышно?');
    await until(() => answersIn(portal, chatId).includes('Слышно?'));
  });

  it('has the events that arrive at the address of the card stored in its own cell', async () => {
    const { portal } = two.own.bridge;
    const userId = portal.addEmployee({ name: 'Пётр' }).id;
    const bot = ourBot(portal, 'assistant');
    const { chatId } = portal.employeeWritesPrivate(userId, bot.id, 'первое');
    await until(() => answersIn(portal, chatId).includes('первое'));
    const body = privateMessageBody(portal, bot, { userId, messageId: '900001', text: 'через первую' });
    expect(await postEvent(two.first.url, body)).toMatchObject({ status: 200 });
    await until(() => answersIn(portal, chatId).includes('через первую'));
    expect(await two.first.probe.rowCounts()).toEqual({});
  });

  it('is refused at the first cell as it would be in its own', async () => {
    const { portal } = two.own.bridge;
    const forged = { memberId: portal.memberId, applicationToken: 'f'.repeat(32) };
    const body = privateMessageBody(forged, ourBot(portal, 'assistant'), { userId: 1, messageId: '1', text: 'чужой' });
    const there = await postEvent(two.second.url, body);
    const here = await postEvent(two.first.url, body);
    expect([here.status, await here.text()]).toEqual([there.status, await there.text()]);
    expect(here.status).toBe(403);
  });

  it('shows its pages at the address of the card, and their API', async () => {
    const { portal } = two.own.bridge;
    const page = await portal.openAppPage();
    expect(page.status).toBe(200);
    const { session, problem } = readPageData(page.html);
    expect(problem).toBeNull();
    const here = apiClient(two.first.url, session);
    const there = apiClient(two.second.url, session);
    const bots = await here.get<{ bots: { code: string }[] }>('/api/bots');
    expect(bots).toEqual(await there.get('/api/bots'));
    expect(bots.bots.length).toBe(3);
    await here.send('PATCH', '/api/bots/bridge_assistant', { name: 'Новое имя' });
    expect(await two.second.probe.count("select count(*) from bot where name = 'Новое имя'")).toBe(1);
    expect(await here.refused('GET', '/api/bots/nobody')).toEqual(await there.refused('GET', '/api/bots/nobody'));
  });
});

describe('what strangers send', () => {
  it('puts nothing into the directory, and moves no portal', async () => {
    const before = await two.directory.rows('select * from portal_home');
    const stranger = { memberId: '0123456789abcdef0123456789abcdef', applicationToken: 'f'.repeat(32) };
    const body = privateMessageBody(stranger, { id: 1, code: 'x' }, { userId: 1, messageId: '1', text: 'чужой' });
    expect((await postEvent(two.first.url, body)).status).toBe(403);
    const { portal } = two.own.bridge;
    const form = portal.installPageForm();
    const forged = new URLSearchParams({ ...form.fields, member_id: stranger.memberId, AUTH_ID: 'made-up' });
    const page = await fetch(form.url, { method: 'POST', body: forged });
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(await two.directory.rows('select * from portal_home')).toEqual(before);
    expect([await portalsIn('first'), await portalsIn('second')]).toEqual([0, 1]);
  });

  it('is forwarded no second time, whatever it says of itself', async () => {
    const { portal } = two.own.bridge;
    const bot = ourBot(portal, 'assistant');
    const userId = portal.addEmployee({ name: 'Анна' }).id;
    const body = privateMessageBody(portal, bot, { userId, messageId: '900100', text: 'с печатью' });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-bot-bridge-cell': 'made-up' };
    const answer = await fetch(`${two.first.url}/bitrix24/events`, { method: 'POST', body, headers });
    expect(answer.status).toBe(421);
  });
});

describe('a portal that has left its cell, of which the directory does not know yet', () => {
  it('is found by a third cell, because the one it has left names the new one', async () => {
    const { portal } = two.own.bridge;
    const url = `http://${third.host}`;
    try {
      await two.directory.rows(`insert into cell (name, url, database_sealed) values ('third', '${url}', '')`);
      await two.second.probe.rows(`update portal set move_state = 'left', move_to = 'third', move_url = '${url}'`);
      const body = privateMessageBody(portal, ourBot(portal, 'assistant'), {
        ...{ userId: portal.addEmployee({ name: 'Инна' }).id, messageId: '900200', text: 'где вы?' },
      });
      const answer = await postEvent(two.first.url, body);
      expect([answer.status, await answer.text()]).toEqual([200, 'taken']);
      expect(third.seen.at(-1)).toEqual({ address: '/bitrix24/events', body });
      // A stranger is not told in which cell a portal lives.
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-bot-bridge-cell': 'made-up' };
      const refused = await fetch(`${two.second.url}/bitrix24/events`, { method: 'POST', body, headers });
      expect([refused.status, refused.headers.get('x-bot-bridge-moved-to')]).toEqual([421, null]);
    } finally {
      await two.second.probe.rows('update portal set move_state = null, move_to = null, move_url = null');
      await two.directory.rows("delete from cell where name = 'third'");
    }
  });
});

describe('without the directory', () => {
  it('portals of a cell go on, and unknown ones are asked to come again', async () => {
    const { portal } = two.own.bridge;
    await two.directory.rows('alter table portal_home rename to portal_home_away');
    const stranger = { memberId: '00000000000000000000000000000001', applicationToken: 'f'.repeat(32) };
    const body = privateMessageBody(stranger, { id: 1, code: 'x' }, { userId: 1, messageId: '1', text: 'кто я' });
    const refused = await postEvent(two.first.url, body);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    const userId = portal.addEmployee({ name: 'Олег' }).id;
    const { chatId } = portal.employeeWritesPrivate(userId, ourBot(portal, 'assistant').id, 'А так?');
    await until(() => answersIn(portal, chatId).includes('А так?'));
    await two.directory.rows('alter table portal_home_away rename to portal_home');
  });
});
