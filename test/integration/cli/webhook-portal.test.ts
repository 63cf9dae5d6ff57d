import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { storeInstallation } from '../../../src/portals/store-installation.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { until } from '../../support/bridge.ts';
import { eventApiOf, quickPolls } from '../../support/event-apis.ts';
import { postEvent } from '../../support/event-bodies.ts';
import { type OwnBridge, sayToAssistant, startAnotherApp, startOwnBridge } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone } from '../../support/talk.ts';
import { environmentOf, type Ran, runCli } from './run-cli.ts';

let own: OwnBridge;

beforeAll(async () => {
  own = await startOwnBridge();
});

afterAll(() => own.close());

const cli = (...words: string[]): Promise<Ran> => runCli(environmentOf(own), words);
const add = (webhook: string, memberId = own.bridge.portal.memberId): Promise<Ran> =>
  cli('portals', 'add', '--webhook', webhook, '--member-id', memberId);

describe('a portal in webhook mode', () => {
  it('is not added when the webhook is none, is refused, or the member_id is none', async () => {
    const { portal } = own.bridge;
    for (const ran of [
      await add('https://portal.example/rest/'),
      await add(portal.webhook.replace(/[^/]+\/$/, 'wrong/')),
      await add(portal.webhook, 'me'),
    ]) {
      expect(ran.code).not.toBe(0);
      expect(ran.err).not.toContain(portal.webhook);
    }
    expect(await own.probe.count('select count(*) from portal')).toBe(0);
  });

  it('is joined again with another webhook, and what waited for a working one waits no longer', async () => {
    const { portal } = own.bridge;
    expect(await add(portal.webhook)).toMatchObject({ code: 0 });
    await until(() => portal.bots().length === 3);
    await everythingDone(portal, own.probe);
    await own.probe.rows(
      `insert into lane (portal, queue, key, seq, ready_at) values ($1, 'inbox', 'x/1', 1, now() + interval '1 day'), ($1, 'outbox', 'x/1>later', 1, now() + interval '1 day')`,
      [portal.memberId],
    );
    expect(await add(portal.webhook)).toMatchObject({ code: 0 });
    const waits = `select queue from lane where key like 'x/1%' and ready_at > now() + interval '1 hour'`;
    expect(await own.probe.rows(waits)).toEqual([{ queue: 'inbox' }]);
    await own.probe.rows(`delete from lane where key like 'x/1%'`);
  });

  it('gets its bots, which answer events with their CLIENT_ID whichever webhook is in use, and its secrets are sealed', async () => {
    const { portal } = own.bridge;
    const ran = await add(`${portal.webhook}profile.json`);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out).not.toContain(portal.webhook);
    await until(() => portal.bots().length === 3);
    await everythingDone(portal, own.probe);
    const said = sayToAssistant(own.bridge, 'Через вебхук');
    await until(() => said.isAnswered());
    await everythingDone(portal, own.probe);
    expect(answersIn(portal, said.chatId)).toEqual(['Через вебхук']);
    const secret = portal.webhook.split('/').at(-2) ?? '';
    expect((await own.probe.everything()).includes(secret)).toBe(false);
  });

  it('stays installed however old its webhook is', async () => {
    const { portal } = own.bridge;
    expect(await add(portal.webhook)).toMatchObject({ code: 0 });
    await everythingDone(portal, own.probe);
    await own.probe.rows(`update portal_token set refreshed_at = now() - interval '200 days'`);
    await own.probe.rows(
      `insert into lane (portal, queue, key, seq, done, ready_at) select portal, 'inbox', 'idle', 1, 1, 'infinity' from portal`,
    );
    const another = await startAnotherApp(own, {}, brains, { maintenanceAfterMs: 0 });
    // Maintenance looks after tokens first, and then deletes lanes that nobody needs.
    await until(async () => (await own.probe.count(`select count(*) from lane where key = 'idle'`)) === 0);
    await another.stop();
    expect(await own.probe.rows('select state from portal')).toEqual([{ state: 'installed' }]);
  });
});

describe('a portal in webhook mode whose webhook was removed', () => {
  it('is disconnected once, keeps its messages, and answers them when it is added with another one', async () => {
    const { portal } = own.bridge;
    expect(await add(portal.webhook)).toMatchObject({ code: 0 });
    await until(() => portal.bots().length === 3);
    await everythingDone(portal, own.probe);
    const refused = { kind: 'error', error: 'INVALID_CREDENTIALS', status: 401, times: 1_000 } as const;
    portal.fault.rest(refused);
    const said = ['Раз', 'Два', 'Три'].map((text) => sayToAssistant(own.bridge, text));
    const state = async () => (await own.probe.rows('select state from portal'))[0]?.['state'];
    await until(async () => (await state()) === 'disconnected');
    expect(await own.probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown')`)).toBe(0);
    portal.fault.clear();
    expect(await add(portal.webhook)).toMatchObject({ code: 0 });
    await until(() => said.every((one) => one.isAnswered()));
    expect(await state()).toBe('installed');
  });
});

describe('a portal in webhook mode whose id nobody knows', () => {
  let unnamed: OwnBridge;
  const run = (...words: string[]): Promise<Ran> => runCli(environmentOf(unnamed), words);

  beforeAll(async () => {
    unnamed = await startOwnBridge({ settings: quickPolls });
  });

  afterAll(() => unnamed.close());

  it('names itself with its first event, and is added again under the same number', async () => {
    const { portal } = unnamed.bridge;
    expect(await run('portals', 'add', '--webhook', portal.webhook)).toMatchObject({ code: 0 });
    await until(() => portal.bots().length === 3);
    await everythingDone(portal, unnamed.probe);
    const said = sayToAssistant(unnamed.bridge, 'Кто я?');
    await until(() => said.isAnswered());
    const [row] = await unnamed.probe.rows('select portal, member_id, has_imbot_v2 from portal');
    expect(row).toMatchObject({ member_id: portal.memberId, has_imbot_v2: true });
    expect(row?.['portal']).not.toBe(portal.memberId);
    expect(await run('portals', 'add', '--webhook', portal.webhook)).toMatchObject({ code: 0 });
    expect(await unnamed.probe.count('select count(*) from portal')).toBe(1);
    await everythingDone(portal, unnamed.probe);
  });

  /** As an OAuth host would have confirmed it. */
  const installProven = async (portal: string): Promise<void> => {
    const db = openDatabase({ url: unnamed.databaseUrl, poolSize: 1 });
    const address = 'https://later.example/rest/';
    const none = Buffer.alloc(1);
    try {
      await storeInstallation(
        db,
        {
          ...{
            portal,
            domain: 'later.example',
            clientEndpoint: address,
            serverEndpoint: 'https://oauth.example/rest/',
          },
          ...{ applicationTokenHash: none, scope: '', language: 'ru', isAdmin: true },
        },
        { accessSealed: none, refreshSealed: none, expiresAt: new Date(), userId: '1' },
        { trace: 'test' },
      );
      await unnamed.probe.rows('delete from lane where portal = $1', [portal]);
      await unnamed.probe.rows('delete from outbox where portal = $1', [portal]);
    } finally {
      await db.destroy();
    }
  };

  it('cannot take the name of another portal, whose id it only has to write into an event', async () => {
    const { portal, url } = unnamed.bridge;
    const { probe } = unnamed;
    const victim = 'd'.repeat(32);
    await probe.rows(
      `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash, member_id)
       values ($1, 'victim.example', 'https://victim.example/rest/', 'https://oauth.example/rest/', '\\x00', null),
              ($2, 'other.example', 'https://other.example/rest/', '', '\\x01', $3)`,
      [victim, 'e'.repeat(32), 'f'.repeat(32)],
    );
    await probe.rows('update portal set member_id = null where domain = $1', [portal.domain]);
    const named = async () => (await probe.rows('select member_id from portal where domain = $1', [portal.domain]))[0];
    const genuine = portal.deliveries().find(({ event }) => event === 'ONIMBOTMESSAGEADD')?.body ?? '';
    for (const id of [victim, 'f'.repeat(32)]) {
      const hostile = genuine.replace(`member_id%5D=${portal.memberId}`, `member_id%5D=${id}`);
      // What is known of portals is believed for a moment.
      await until(async () => (await postEvent(url, hostile)).status === 200);
      expect(await named()).toEqual({ member_id: null });
    }
    // A name that nobody has yet is given back to the portal that proves it.
    const later = 'c'.repeat(32);
    const early = genuine.replace(`member_id%5D=${portal.memberId}`, `member_id%5D=${later}`);
    expect((await postEvent(url, early)).status).toBe(200);
    expect(await named()).toEqual({ member_id: later });
    await installProven(later);
    expect(await named()).toEqual({ member_id: null });
    // It is heard all the same: its own token proves it, and its true name is free.
    await until(async () => (await postEvent(url, genuine)).status === 200);
    expect(await named()).toEqual({ member_id: portal.memberId });
    await probe.rows(`delete from portal where domain like '%.example'`);
    await everythingDone(portal, probe);
  });

  it('is sent everything through imbot.v2 with its bot token, which makes a repeated send harmless', () => {
    const sends = unnamed.bridge.portal.calls().filter(({ method }) => method === 'imbot.v2.Chat.Message.send');
    expect(sends.length).toBeGreaterThan(0);
    expect(sends.every(({ error }) => error === null)).toBe(true);
  });

  it('does not take the events of another portal with the same token, nor of an id of its own with another one', async () => {
    const { portal, url } = unnamed.bridge;
    const genuine = portal.deliveries().find(({ event }) => event === 'ONIMBOTMESSAGEADD')?.body ?? '';
    const foreign = genuine.replace(`member_id%5D=${portal.memberId}`, `member_id%5D=${'a'.repeat(32)}`);
    expect((await postEvent(url, foreign)).status).toBe(403);
    const forged = genuine.replace(/application_token%5D=[^&]*/, 'application_token%5D=forged');
    expect((await postEvent(url, forged)).status).toBe(403);
    expect((await postEvent(url, genuine)).status).toBe(200);
  });

  it('is polled through its webhook alone, changes back, and is left without our bots when it is erased, but for one it keeps', async () => {
    const { portal } = unnamed.bridge;
    for (const api of ['v2-fetch', 'v2-webhook', 'v2-fetch']) {
      expect(await run('portals', 'set', '--event-api', api)).toMatchObject({ code: 0 });
      await until(async () => (await eventApiOf(unnamed.probe)) === api);
      const said = sayToAssistant(unnamed.bridge, `Через ${api}`);
      await until(() => said.isAnswered());
    }
    expect((await run('portals', 'show')).out).toContain('polled by the app through imbot.v2 (v2-fetch)');
    const [row] = await unnamed.probe.rows('select portal from portal');
    portal.fault.rest({ method: 'imbot.unregister', kind: 'error', error: 'ACCESS_DENIED', status: 403, times: 1 });
    const erased = await run('portals', 'erase', '--portal', String(row?.['portal']));
    expect(erased).toMatchObject({ code: 0 });
    const [stays, ...others] = portal.bots().map(({ code }) => code);
    expect(others).toEqual([]);
    expect(erased.out.replaceAll(/\s+/g, ' ')).toContain(
      `The bot ${stays} stays in the portal, delete it there by hand`,
    );
    expect(await unnamed.probe.count('select count(*) from event_poll')).toBe(0);
  });
});

describe('a portal in webhook mode that is polled', () => {
  it('is polled on after it refused its webhook: nothing else would show that it takes it again', async () => {
    const polled = await startOwnBridge({ settings: quickPolls });
    const { bridge, probe } = polled;
    const { portal } = bridge;
    const run = (...words: string[]): Promise<Ran> => runCli(environmentOf(polled), words);
    const isIn = async (state: string) =>
      (await probe.count('select count(*) from portal where state = $1', [state])) > 0;
    try {
      expect(await run('portals', 'add', '--webhook', portal.webhook, '--event-api', 'v2-fetch')).toMatchObject({
        code: 0,
      });
      await until(() => portal.bots().length === 3);
      await until(async () => (await eventApiOf(probe)) === 'v2-fetch');
      await everythingDone(portal, probe);
      portal.fault.rest({ kind: 'error', error: 'INVALID_CREDENTIALS', status: 401, times: 1_000 });
      await until(() => isIn('disconnected'));
      portal.fault.clear();
      const said = sayToAssistant(bridge, 'Слышно?');
      // Five minutes later.
      await bridge.stop();
      await probe.rows('update portal_token set backoff_until = now()');
      const again = await startAnotherApp(polled, quickPolls);
      try {
        await until(() => said.isAnswered());
        expect(await isIn('installed')).toBe(true);
      } finally {
        await again.stop();
      }
    } finally {
      await polled.close();
    }
  });
});
