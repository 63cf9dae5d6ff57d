/** The app's life on the portal, and the delivery of events around it. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { decodePairs } from '../../../sandbox/bitrix24/wire-format.ts';
import { Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;

beforeEach(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false, installUrl: `${app.origin}/install`, appUrl: `${app.origin}/app` });
});

afterEach(async () => {
  await portal.close();
  await app.close();
});

describe('the installer page', () => {
  it('is posted the documented fields, four of them in the query', async () => {
    const answer = await portal.openInstallPage();
    const file = new URL('fixtures/page-install-post.json', import.meta.url);
    const wanted = JSON.parse(readFileSync(file, 'utf8')) as { query: string; body: string };
    const keys = (text: string): string[] => decodePairs(text).map(([key]) => key);
    expect(answer.status).toBe(200);
    expect(keys(answer.query)).toEqual(keys(wanted.query));
    expect(keys(app.events[0]?.body ?? '')).toEqual(keys(wanted.body));
    expect(app.events[0]?.path).toContain('/install?DOMAIN=');
  });

  it('leaves the app deaf until the installation is finished', async () => {
    await portal.openInstallPage();
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    portal.employeeWritesPrivate(portal.adminId, bot, 'lost');
    await portal.idle();
    expect(app.of('ONIMBOTMESSAGEADD')).toHaveLength(0);
    expect(await resultOf(portal, 'app.info')).toMatchObject({ INSTALLED: false });
    portal.finishInstall();
    portal.employeeWritesPrivate(portal.adminId, bot, 'heard');
    await portal.idle();
    expect(app.of('ONIMBOTMESSAGEADD')).toHaveLength(1);
    await portal.openAppPage();
    expect(app.events.at(-1)?.path).toContain('/app?DOMAIN=');
  });

  it('comes up again after a version update, and events stop until then', async () => {
    await portal.openInstallPage();
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    portal.finishInstall();
    portal.updateApp({ version: 2 });
    portal.employeeWritesPrivate(portal.adminId, bot, 'lost');
    await portal.idle();
    expect(app.of('ONIMBOTMESSAGEADD')).toHaveLength(0);
    await portal.openAppPage();
    expect(app.events.at(-1)?.path).toContain('/install?DOMAIN=');
  });

  it('can be posted without the fields that older portals do not know', async () => {
    await portal.close();
    portal = await startSandboxPortal({ installUrl: `${app.origin}/install`, newPageFields: false });
    await portal.openInstallPage();
    expect(app.events[0]?.body).not.toContain('APPLICATION_TOKEN');
  });
});

describe('uninstalling', () => {
  it('sends one ONIMBOTDELETE per bot and a farewell without tokens; a new installation gets new ids and a new token', async () => {
    await portal.openInstallPage();
    const old = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    await registerBot(portal, app.eventUrl, { CODE: 'b' });
    await resultOf(portal, 'event.bind', { event: 'ONAPPUNINSTALL', handler: app.eventUrl });
    portal.finishInstall();
    const token = portal.applicationToken;
    portal.uninstallApp({ clean: true, order: 'app-first' });
    await portal.idle();
    expect([app.of('ONIMBOTDELETE').length, app.of('ONAPPUNINSTALL').length]).toEqual([2, 1]);
    expect(app.of('ONAPPUNINSTALL')[0]?.form).toMatchObject({
      data: { CLEAN: '1' },
      auth: { application_token: token },
    });
    expect(portal.bindings()).toEqual([]);
    await portal.openInstallPage();
    expect(portal.applicationToken).not.toBe(token);
    expect(await registerBot(portal, app.eventUrl, { CODE: 'a' })).not.toBe(old);
  });
});

describe('the vendor card', () => {
  it('is checked with HEAD, and the settings form is asked for and saved with the documented fields', async () => {
    portal.placeApp();
    portal.setCard({ eventUrl: app.eventUrl });
    const checks = await portal.checkCard();
    expect(checks.map(({ name, accepted }) => [name, accepted])).toEqual([
      ['installUrl', true],
      ['appUrl', true],
      ['eventUrl', true],
    ]);
    app.events.length = 0;
    await portal.openSettingsForm(`${app.origin}/settings`, 'OnAppSettingsInstall');
    await portal.saveSettingsForm(`${app.origin}/settings`, { 'api-key': 'x', country: 'DE' });
    const names = ['page-urlsettings-install', 'page-urlsettings-save'];
    const keys = (body: string): string[] => decodePairs(body).map(([key]) => key);
    const wanted = names.map((name) => {
      const text = readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');
      return keys((JSON.parse(text) as { body: string }).body);
    });
    expect(app.events.map(({ body }) => keys(body))).toEqual(wanted);
  });
});

describe('event.bind', () => {
  it('refuses unknown events and a second identical binding, and lists what is bound', async () => {
    portal.placeApp();
    const params = { event: 'OnAppUninstall', handler: app.eventUrl };
    expect(await resultOf(portal, 'event.bind', params)).toBe(true);
    await expect(resultOf(portal, 'event.bind', params)).rejects.toThrow('Handler already binded');
    await expect(resultOf(portal, 'event.bind', { ...params, event: 'ONNOTHING' })).rejects.toThrow(
      'ERROR_EVENT_NOT_FOUND',
    );
    expect(await resultOf(portal, 'event.get')).toMatchObject([{ event: 'ONAPPUNINSTALL', handler: app.eventUrl }]);
  });
});

describe('delivery', () => {
  async function installedBot(): Promise<number> {
    portal.placeApp();
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'a' });
    portal.finishInstall();
    portal.employeeWritesPrivate(portal.adminId, bot, 'opens the chat');
    await portal.idle();
    app.events.length = 0;
    return bot;
  }

  function texts(): unknown[] {
    return app
      .of('ONIMBOTMESSAGEADD')
      .map(({ form }) => (form['data'] as { PARAMS: { MESSAGE: string } }).PARAMS.MESSAGE);
  }

  it('is never repeated, whatever the handler answers, and every attempt is recorded', async () => {
    const bot = await installedBot();
    app.status = 503;
    portal.employeeWritesPrivate(portal.adminId, bot, 'once');
    await portal.idle();
    expect(texts()).toEqual(['once']);
    expect(portal.deliveries().at(-1)).toMatchObject({ event: 'ONIMBOTMESSAGEADD', status: 503, url: app.eventUrl });
  });

  it('can be doubled, swapped, paused and resumed by a test', async () => {
    const bot = await installedBot();
    portal.duplicateNextDelivery();
    portal.employeeWritesPrivate(portal.adminId, bot, 'twice');
    await portal.idle();
    portal.swapNextTwoDeliveries();
    portal.employeeWritesPrivate(portal.adminId, bot, 'first');
    portal.employeeWritesPrivate(portal.adminId, bot, 'second');
    await portal.idle();
    portal.pauseDelivery();
    portal.employeeWritesPrivate(portal.adminId, bot, 'held');
    await portal.idle();
    expect(texts()).toEqual(['twice', 'twice', 'second', 'first']);
    portal.resumeDelivery();
    await portal.idle();
    expect(texts().at(-1)).toBe('held');
  });

  it('stops while the payment is overdue', async () => {
    const bot = await installedBot();
    portal.expirePayment();
    portal.employeeWritesPrivate(portal.adminId, bot, 'lost');
    await portal.idle();
    expect(texts()).toEqual([]);
  });

  it('drops events nested deeper than the server allows', async () => {
    await installedBot();
    const other = await registerBot(portal, app.eventUrl, { CODE: 'b' });
    let token = portal.issueToken().accessToken;
    let stoppedAt: number | null = null;
    for (let round = 0; round < 10; round += 1) {
      app.events.length = 0;
      await resultOf(portal, 'imbot.chat.add', { BOT_ID: portal.bots()[0]?.id, USERS: [other] }, token);
      await portal.idle();
      const auth = app.of('ONIMBOTJOINCHAT')[0]?.form['auth'] as { access_token?: string } | undefined;
      if (auth?.access_token !== undefined) token = auth.access_token;
      else stoppedAt ??= round;
    }
    expect(stoppedAt).toBe(7);
  });

  it('delivers every event of many chats once, in the order of each chat', async () => {
    await portal.close();
    portal = await startSandboxPortal({ rate: false, orderedDelivery: true });
    const bot = await installedBot();
    const people = Array.from({ length: 100 }, (_, at) => portal.addEmployee({ name: `Person ${at}` }).id);
    for (const person of people) portal.employeeWritesPrivate(person, bot, 'opens the chat');
    await portal.idle();
    app.events.length = 0;
    const numbers = Array.from({ length: 1_000 }, (_, at) => at);
    for (const at of numbers) portal.employeeWritesPrivate(people[at % 100] ?? 0, bot, String(at));
    await portal.idle();
    const heard = texts().map(Number);
    for (let chat = 0; chat < 100; chat += 1) {
      expect(heard.filter((at) => at % 100 === chat)).toEqual(numbers.filter((at) => at % 100 === chat));
    }
  });

  it('keeps the order of one chat when asked to', async () => {
    await portal.close();
    portal = await startSandboxPortal({ rate: false, orderedDelivery: true });
    const bot = await installedBot();
    const wanted = Array.from({ length: 50 }, (_, at) => `m${at}`);
    for (const text of wanted) portal.employeeWritesPrivate(portal.adminId, bot, text);
    await portal.idle();
    expect(texts()).toEqual(wanted);
  });
});
