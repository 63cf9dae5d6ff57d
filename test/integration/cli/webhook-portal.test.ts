import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { eventApiOf, quickPolls } from '../../support/event-apis.ts';
import { postEvent } from '../../support/event-bodies.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
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

  it('is polled through its webhook alone, changes back, and is left without our bots when it is erased', async () => {
    const { portal } = unnamed.bridge;
    for (const api of ['v2-fetch', 'v2-webhook', 'v2-fetch']) {
      expect(await run('portals', 'set', '--event-api', api)).toMatchObject({ code: 0 });
      await until(async () => (await eventApiOf(unnamed.probe)) === api);
      const said = sayToAssistant(unnamed.bridge, `Через ${api}`);
      await until(() => said.isAnswered());
    }
    expect((await run('portals', 'show')).out).toContain('polled by the app through imbot.v2 (v2-fetch)');
    const [row] = await unnamed.probe.rows('select portal from portal');
    expect(await run('portals', 'erase', '--portal', String(row?.['portal']))).toMatchObject({ code: 0 });
    expect(portal.bots()).toEqual([]);
    expect(await unnamed.probe.count('select count(*) from event_poll')).toBe(0);
  });
});
