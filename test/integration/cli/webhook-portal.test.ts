import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
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
