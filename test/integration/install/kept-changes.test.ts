/** What an administrator has changed about our bots stays, and what we want no more goes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;

beforeAll(async () => {
  own = await startOwnBridge();
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
});

afterAll(() => own.close());

const done = (): Promise<void> => everythingDone(own.bridge.portal, own.probe);

/** The administrator opens the app again: everything is set up once more. */
async function setUpAgain(): Promise<void> {
  const before = own.bridge.portal.calls().filter(({ method }) => method === 'imbot.register').length;
  await own.bridge.portal.openAppPage();
  await own.probe.rows(
    `with l as (update lane set seq = seq + 1, ready_at = now() where queue = 'outbox' and key = '/app' returning portal, key, seq)
     insert into outbox (portal, lane, seq, key, target, trace, action)
     select portal, key, seq, gen_random_uuid(), 'app', 'test', '{"type":"set_up"}' from l`,
  );
  await until(() => own.bridge.portal.calls().filter(({ method }) => method === 'imbot.register').length >= before + 3);
  await done();
}

async function change(fields: object): Promise<void> {
  const { portal } = own.bridge;
  const answer = await fetch(`${portal.restEndpoint}imbot.update`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      BOT_ID: ourBot(portal, 'assistant').id,
      FIELDS: { PROPERTIES: fields },
      auth: portal.issueToken().accessToken,
    }),
  });
  expect(answer.status).toBe(200);
}

describe('a set-up that is repeated', () => {
  it('keeps name and title of a bot as the administrator has changed them', async () => {
    const { portal } = own.bridge;
    await change({ NAME: 'Анюта', WORK_POSITION: 'Секретарь' });
    await setUpAgain();
    expect(ourBot(portal, 'assistant')).toMatchObject({ name: 'Анюта', workPosition: 'Секретарь' });
  });

  it('carries over what the operator of the app changes, and nothing else', async () => {
    const { portal } = own.bridge;
    await own.probe.rows(`update bot set name = 'Новый' where code like '%_assistant'`);
    await setUpAgain();
    expect(ourBot(portal, 'assistant')).toMatchObject({ name: 'Новый', workPosition: 'Секретарь' });
    await change({ NAME: 'Опять Анюта' });
    await setUpAgain();
    expect(ourBot(portal, 'assistant')).toMatchObject({ name: 'Опять Анюта' });
  });

  it('takes away a command that is ours no more, and renames one whose title has changed', async () => {
    const { portal } = own.bridge;
    const bot = ourBot(portal, 'assistant').id;
    const token = portal.issueToken().accessToken;
    const call = async (method: string, params: object): Promise<{ result: unknown }> => {
      const answer = await fetch(`${portal.restEndpoint}${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...params, auth: token }),
      });
      return (await answer.json()) as { result: unknown };
    };
    const old = await call('imbot.command.register', {
      BOT_ID: bot,
      COMMAND: 'old',
      EVENT_COMMAND_ADD: `${own.bridge.url}/bitrix24/events`,
      LANG: [{ LANGUAGE_ID: 'en', TITLE: 'Old' }],
    });
    const asWeSentIt = JSON.stringify({ id: String(old.result), titles: 'x' });
    await own.probe.rows(
      `update bot set synced = jsonb_set(jsonb_set(synced::jsonb, '{commands,old}', $1::jsonb),
         '{commands,help,titles}', '"another title"')::json where code like '%_assistant'`,
      [asWeSentIt],
    );
    await setUpAgain();
    const { result } = await call('imbot.v2.Command.list', { botId: bot });
    const names = (result as { commands: { command: string }[] }).commands.map(({ command }) => command);
    expect(names.toSorted()).toEqual(['/bot', '/help', '/operator', '/press']);
    const updates = portal.calls().filter(({ method }) => method === 'imbot.command.update');
    expect(updates).toHaveLength(1);
    await setUpAgain();
    expect(portal.calls().filter(({ method }) => method === 'imbot.command.update')).toHaveLength(1);
  });
});
