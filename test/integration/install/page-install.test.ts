import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxPortalOptions } from '../../../sandbox/bitrix24/portal-options.ts';
import { type Bridge, install, startBridge, until } from '../../support/bridge.ts';
import { cloneDatabase } from '../../support/database.ts';
import { type DatabaseProbe, openProbe } from '../../support/database-probe.ts';
import { readPageData, readSetUp, sessionHeader } from '../../support/page-data.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(portal: SandboxPortalOptions = {}): Promise<{ bridge: Bridge; probe: DatabaseProbe }> {
  const database = await cloneDatabase();
  cleanups.push(() => database.drop());
  const probe = openProbe(database.url);
  cleanups.push(() => probe.close());
  const bridge = await startBridge({ databaseUrl: database.url, portal });
  cleanups.push(() => bridge.close());
  return { bridge, probe };
}

/** Somebody new writes to the assistant and is answered. */
async function expectAnswers({ portal }: Bridge, probe: DatabaseProbe, text = 'Работает?'): Promise<void> {
  await everythingDone(portal, probe);
  const userId = portal.addEmployee({ name: 'Проверяющая Вера' }).id;
  const { chatId } = portal.employeeWritesPrivate(userId, ourBot(portal, 'assistant').id, text);
  await until(() => answersIn(portal, chatId).includes(text));
}

const codes = ['bridge_assistant', 'bridge_line', 'bridge_supervisor'];

function expectOneOfEach({ portal }: Bridge): void {
  expect(
    portal
      .bots()
      .map(({ code }) => code)
      .toSorted(),
  ).toEqual(codes);
  const rows = portal.bindings().map(({ event, handler }) => `${event} ${handler}`);
  expect(rows.toSorted()).toEqual([...new Set(rows)].toSorted());
}

describe('the installer page', () => {
  it('tells the administrator when everything is done', async () => {
    const { bridge, probe } = await open();
    const { portal } = bridge;
    const page = await portal.openInstallPage();
    expect(page.status).toBe(200);
    const { session, problem, language } = readPageData(page.html);
    expect(problem).toBeNull();
    expect(language).toBe('ru');
    await until(async () => (await readSetUp(bridge.url, session)).state === 'done');
    const { bots } = await readSetUp(bridge.url, session);
    expect(bots.map(({ state }) => state)).toEqual(['registered', 'registered', 'registered']);
    expectOneOfEach(bridge);
    expect(portal.bots().every(({ hasAvatar, appId }) => hasAvatar && appId === portal.clientId)).toBe(true);
    // Two portal methods act as the app's first bot, so the one for Open Channels comes first.
    expect(portal.bots()[0]?.code).toBe('bridge_line');
    expect(portal.bindings().map(({ event }) => event)).toEqual(
      expect.arrayContaining(['ONAPPUNINSTALL', 'ONAPPUPDATE']),
    );
    portal.finishInstall();
    await everythingDone(portal, probe);
    await expectAnswers(bridge, probe);
  });

  it('may be framed by the portal that was proven and by nobody else, and says why it failed wherever it is framed', async () => {
    const { bridge } = await open();
    const { portal } = bridge;
    const post = async ({ url, body }: { readonly url: string; readonly body: string }): Promise<Response> =>
      await fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
    const ancestors = (answer: Response): string | undefined =>
      /frame-ancestors ([^;]*)/.exec(answer.headers.get('content-security-policy') ?? '')?.[1];
    const proven = await post(portal.installPageForm());
    expect(ancestors(proven)).toBe(portal.origin);
    expect(proven.headers.get('x-frame-options')).toBeNull();
    // What the default does not cover.
    expect(proven.headers.get('content-security-policy')).toMatch(/; base-uri 'none'; form-action 'none';/);
    // A portal on a host of its own is not known before it is proven; the page it gets holds a reason and no session.
    const form = portal.installPageForm();
    const forged = await post({ ...form, body: form.body.replace(/AUTH_ID=\w+/, 'AUTH_ID=forged') });
    expect(forged.status).toBe(403);
    expect(ancestors(forged)).toBe('*');
    expect(readPageData(await forged.text())).toMatchObject({ session: null, problem: 'bitrix24.token_not_proven' });
  });

  it('shows nothing to a stranger with a made-up session', async () => {
    const { bridge } = await open();
    await install(bridge);
    for (const session of ['', 'x', 'A'.repeat(200)]) {
      const headers = sessionHeader(session);
      const answer = await fetch(`${bridge.url}/api/setup`, { headers });
      expect(answer.status).toBe(401);
      expect((await fetch(`${bridge.url}/api/conversations`, { headers })).status).toBe(401);
    }
  });

  it('doubles nothing when it is opened again and again, also at the same time', async () => {
    const { bridge, probe } = await open();
    const { portal } = bridge;
    const pages = await Promise.all(Array.from({ length: 6 }, () => portal.openInstallPage()));
    expect(pages.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    await probe.quiet();
    await install(bridge);
    await portal.openInstallPage();
    await everythingDone(portal, probe);
    expectOneOfEach(bridge);
    expect(await probe.count('select count(*) from portal')).toBe(1);
    expect(await probe.count('select count(*) from bot')).toBe(3);
    await expectAnswers(bridge, probe);
  });

  it.each(['none', 'member_id', 'full'] as const)(
    'proves the visitor where app.info has the extras: %s',
    async (appInfoExtras) => {
      const { bridge, probe } = await open({ appInfoExtras });
      await install(bridge);
      await expectAnswers(bridge, probe);
    },
  );

  it('works in an older portal whose page brings no application token and whose REST has no v2', async () => {
    const { bridge, probe } = await open({ newPageFields: false, v2: false, appInfoExtras: 'none' });
    await install(bridge);
    // The token of later events comes with ONAPPINSTALL, which finishing the installation sends.
    await everythingDone(bridge.portal, probe);
    await expectAnswers(bridge, probe);
  });

  it('names what is wrong while the portal refuses, and finishes by itself afterwards', async () => {
    const { bridge } = await open();
    const { portal } = bridge;
    portal.fault.rest({ method: 'imbot.register', kind: '500', times: 2 });
    const { session } = readPageData((await portal.openInstallPage()).html);
    await until(async () => (await readSetUp(bridge.url, session)).state === 'failing');
    expect((await readSetUp(bridge.url, session)).problem?.message).toContain('imbot.register');
    await until(async () => (await readSetUp(bridge.url, session)).state === 'done');
    expectOneOfEach(bridge);
  });
});

describe('the settings page', () => {
  it('takes its session from no address, where logs and histories would keep it', async () => {
    const { bridge } = await open();
    await install(bridge);
    const { session } = readPageData((await bridge.portal.openAppPage()).html);
    expect((await fetch(`${bridge.url}/api/app?s=${session}`)).status).toBe(401);
    expect((await fetch(`${bridge.url}/api/app`, { headers: sessionHeader(session) })).status).toBe(200);
  });

  it('knows its administrator in a portal that refuses requests for their number', async () => {
    const { bridge } = await open();
    await install(bridge);
    const { portal } = bridge;
    for (const method of ['profile', 'app.info']) portal.fault.rest({ method, kind: 'query-limit', times: 2 });
    const { session, problem } = readPageData((await portal.openAppPage()).html);
    expect(problem).toBeNull();
    const facts = await fetch(`${bridge.url}/api/app`, { headers: sessionHeader(session) });
    expect(await facts.json()).toMatchObject({ visitor: { role: 'admin' } });
  });

  it.each([
    ['goes on refusing requests for their number', 'query-limit'],
    ['refuses a request for their number and hangs then', 'hang'],
  ] as const)('orders no set-up in a portal that %s', async (_what, then) => {
    const { bridge, probe } = await open({ appInfoExtras: 'none' });
    await install(bridge);
    const { portal } = bridge;
    // Also the event that ends an installation orders a set-up.
    await everythingDone(portal, probe);
    const orders = `select count(*) from outbox where action->>'type' = 'set_up'`;
    const before = await probe.count(orders);
    portal.fault.rest({ method: 'app.info', kind: 'query-limit', times: 1 });
    portal.fault.rest({ method: 'app.info', kind: then, times: 100 });
    expect(readPageData((await portal.openAppPage()).html).problem).toBe('bitrix24.visitor_unknown');
    expect(await probe.count(orders)).toBe(before);
  });

  it.each(['openInstallPage', 'openAppPage'] as const)(
    'does not send an administrator away whom the portal does not name, but says that it does not answer: %s',
    async (page) => {
      const { bridge } = await open();
      await install(bridge);
      const { portal } = bridge;
      portal.fault.rest({ method: 'profile', kind: '500', times: 1 });
      const refused = await portal[page]();
      expect(refused.status).toBe(503);
      expect(readPageData(refused.html)).toMatchObject({ session: null, problem: 'bitrix24.visitor_unknown' });
      expect(readPageData((await portal[page]()).html).problem).toBeNull();
    },
  );

  it('does not let an employee set the portal up anew', async () => {
    const { bridge } = await open();
    await install(bridge);
    const userId = bridge.portal.addEmployee({ name: 'Простой Сотрудник' }).id;
    const { session } = readPageData((await bridge.portal.openAppPage({ userId })).html);
    const headers = sessionHeader(session);
    const setUp = await fetch(`${bridge.url}/api/setup/orders`, { method: 'POST', headers });
    expect(setUp.status).toBe(403);
  });
});
