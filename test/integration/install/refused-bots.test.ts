import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { expectToAnswer, type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { readPageData, readSetUp } from '../../support/page-data.ts';
import { answersIn, botTalk, everythingDone } from '../../support/talk.ts';

let own: OwnBridge | undefined;

afterEach(async () => {
  await own?.close();
  own = undefined;
});

interface Outcome {
  readonly bots: Readonly<Record<string, unknown>>[];
  readonly problems: readonly (string | null)[];
}

/** Installs through the page and waits until it says that it is done. */
async function installThrough({ bridge, probe }: OwnBridge): Promise<Outcome> {
  const { portal } = bridge;
  const { session } = readPageData((await portal.openInstallPage()).html);
  await until(async () => (await readSetUp(bridge.url, session)).state === 'done');
  portal.finishInstall();
  await everythingDone(portal, probe);
  const { bots } = await readSetUp(bridge.url, session);
  return {
    bots: await probe.rows('select code, state, problem, bot_id from bot order by code'),
    problems: bots.map(({ problem }) => problem),
  };
}

describe('a bot code that another app already uses', () => {
  it('is reported and never spoken with, and the other bots work', async () => {
    own = await startOwnBridge();
    const { portal } = own.bridge;
    const foreign = portal.plantForeignBot({ code: 'bridge_line', name: 'Чужой' });
    const { bots, problems } = await installThrough(own);
    expect(bots).toMatchObject([
      { code: 'bridge_assistant', state: 'registered' },
      { code: 'bridge_line', state: 'refused', bot_id: null, problem: expect.stringContaining('another app') },
      { code: 'bridge_supervisor', state: 'registered' },
    ]);
    expect(problems).toContainEqual(expect.stringContaining('другим приложением'));
    expect(portal.bots().find(({ id }) => id === foreign)?.name).toBe('Чужой');
    await expectToAnswer(own.bridge);
    const userId = portal.addEmployee({ name: 'Пишет Чужому' }).id;
    const { chatId } = portal.employeeWritesPrivate(userId, foreign, 'Ты чей?');
    await everythingDone(portal, own.probe);
    expect(botTalk(portal, chatId)).toEqual([]);
  });

  it('is taken once the other app has gone', async () => {
    own = await startOwnBridge({ settings: { BOT_CODE_PREFIX: 'bridge' } });
    const { portal } = own.bridge;
    portal.plantForeignBot({ code: 'bridge_assistant', clientId: 'app.other' });
    const { bots } = await installThrough(own);
    expect(bots[0]).toMatchObject({ code: 'bridge_assistant', state: 'refused' });
    expect(portal.bots().filter(({ appId }) => appId === portal.clientId)).toHaveLength(2);
  });
});

describe('a portal that allows fewer bots', () => {
  it('gets those that fit, and the rest is reported', async () => {
    own = await startOwnBridge({ portal: { botLimit: 2 } });
    const { portal } = own.bridge;
    const { bots } = await installThrough(own);
    expect(bots).toMatchObject([
      { code: 'bridge_assistant', state: 'refused', problem: 'the portal allows this app no more bots' },
      { code: 'bridge_line', state: 'registered' },
      { code: 'bridge_supervisor', state: 'registered' },
    ]);
    const lineId = portal.addLine({ name: 'Линия', botCode: 'bridge_line' }).id;
    const client = portal.addClient({ name: 'Клиент Первый', lineId });
    const { chatId } = portal.clientWrites(client.id, 'Есть кто?');
    await until(() => answersIn(portal, chatId).includes('Есть кто?'));
  });

  it('of none at all still lets the installation end, with three problems', async () => {
    own = await startOwnBridge({ portal: { botLimit: 0 } });
    const { bots } = await installThrough(own);
    expect(bots.map(({ state }) => state)).toEqual(['refused', 'refused', 'refused']);
  });
});

describe('an installation without pages', () => {
  it('works by ONAPPINSTALL alone', async () => {
    own = await startOwnBridge();
    const { bridge, probe } = own;
    const { portal } = bridge;
    portal.setCard({ installUrl: '' });
    portal.installApiOnly();
    await until(() => portal.bots().length === 3 && portal.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'));
    await everythingDone(portal, probe);
    await expectToAnswer(bridge);
    expect(
      portal
        .deliveries()
        .filter(({ event }) => event === 'ONAPPINSTALL')
        .map(({ status }) => status),
    ).toEqual([200]);
  });

  it('answers also who writes to a bot before the set-up is through', async () => {
    own = await startOwnBridge();
    const { bridge, probe } = own;
    const { portal } = bridge;
    portal.setCard({ installUrl: '' });
    // The bots are registered and hear already; the app is still busy with the rest.
    portal.fault.rest({ method: 'event.get', kind: 'slow', ms: 1_000, times: 1 });
    portal.installApiOnly();
    await until(() => portal.bots().length === 3 && portal.calls().some(({ method }) => method === 'batch'));
    const said = sayToAssistant(bridge, 'Я первый');
    await portal.idle();
    expect(await probe.count('select count(*) from portal where set_up_at is not null')).toBe(0);
    await everythingDone(portal, probe);
    expect(answersIn(portal, said.chatId)).toEqual(['Я первый']);
  });

  it('is set up anew by ONAPPUPDATE', async () => {
    own = await startOwnBridge();
    const { bridge, probe } = own;
    const { portal } = bridge;
    portal.setCard({ installUrl: '' });
    portal.installApiOnly();
    await until(() => portal.bindings().some(({ event }) => event === 'ONAPPUPDATE'));
    await everythingDone(portal, probe);
    portal.updateApp({ version: 2 });
    await everythingDone(portal, probe);
    expect(portal.bindings().map(({ event }) => event)).toContain('ONAPPINSTALL');
    await expectToAnswer(bridge);
  });

  it('waits out an OAuth host that is away, since the event does not come twice', async () => {
    own = await startOwnBridge();
    const { bridge } = own;
    const { portal } = bridge;
    portal.setCard({ installUrl: '' });
    portal.fault.oauth({ kind: 'down', times: 1 });
    portal.installApiOnly();
    await portal.idle();
    const [delivery] = portal.deliveries();
    expect(delivery?.event).toBe('ONAPPINSTALL');
    // Refused for the moment: an administrator who repeats it, by installing again, succeeds.
    expect(delivery?.status).toBe(503);
    const answer = await fetch(`${bridge.url}/bitrix24/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: delivery?.body ?? '',
    });
    expect(answer.status).toBe(200);
    await answer.text();
    await until(() => portal.bots().length === 3);
  });
});
