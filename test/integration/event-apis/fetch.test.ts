/** A portal whose events are polled: the app needs no address that the portal can reach. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { boundBotEvents, eventApiOf, quickPolls } from '../../support/event-apis.ts';
import { freePort } from '../../support/free-port.ts';
import { type OwnBridge, sayToAssistant, startAnotherApp, startOwnBridge } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;

afterEach(() => own.close());

/** As an administrator installs it whose browser reaches the app, while the portal does not. */
async function installed(options: Parameters<typeof startOwnBridge>[0] = {}): Promise<OwnBridge> {
  own = await startOwnBridge({
    ...options,
    // Nobody listens there: whatever the portal posts is refused.
    settings: {
      EVENT_API: 'v2-fetch',
      PUBLIC_URL: `http://127.0.0.1:${await freePort()}`,
      ...quickPolls,
      ...options.settings,
    },
  });
  const { portal, app } = own.bridge;
  portal.setCard({ installUrl: `http://127.0.0.1:${app.port}/bitrix24/install` });
  expect((await portal.openInstallPage()).status).toBe(200);
  await until(async () => (await eventApiOf(own.probe)) === 'v2-fetch');
  portal.finishInstall();
  return own;
}

describe('behind a firewall', () => {
  it('bots are registered for polling, hear everything and answer, and the portal reaches nobody', async () => {
    const { bridge, probe } = await installed();
    const { portal } = bridge;
    const said = sayToAssistant(bridge, 'Слышно?');
    await until(() => said.isAnswered());
    const line = portal.addLine({ name: 'Support', botCode: 'bridge_line' });
    const client = portal.addClient({ name: 'Анна', lineId: line.id });
    const { chatId } = portal.clientWrites(client.id, 'Где заказ?');
    await until(() => answersIn(portal, chatId).includes('Где заказ?'));
    await everythingDone(portal, probe);
    expect(boundBotEvents(portal)).toEqual([]);
    expect(portal.deliveries().filter(({ status }) => status !== 0)).toEqual([]);
    expect(answersIn(portal, said.chatId)).toEqual(['Слышно?']);
  });

  it('what was said while the app was down is answered once when it is back, in order', async () => {
    const { bridge, probe } = await installed();
    const { portal } = bridge;
    const said = sayToAssistant(bridge, 'до');
    await until(() => said.isAnswered());
    await bridge.stop();
    // Another process need not wait until its lease ends.
    expect(await probe.count('select count(*) from event_poll where leased_by is not null')).toBe(0);
    for (let number = 1; number <= 150; number += 1) sayToAssistant(bridge, `${number}`, said.userId);
    const again = await startAnotherApp(own, quickPolls);
    try {
      await until(() => answersIn(portal, said.chatId).length === 151);
      await everythingDone(portal, probe);
      const expected = ['до', ...Array.from({ length: 150 }, (_, index) => String(index + 1))];
      expect(answersIn(portal, said.chatId)).toEqual(expected);
    } finally {
      await again.stop();
    }
  });

  it('a portal that has refused every call for a while is polled again: nothing else would tell that it works', async () => {
    const { bridge, probe } = await installed();
    const { portal } = bridge;
    portal.fault.rest({ kind: 'error', error: 'PAYMENT_REQUIRED', status: 402, times: 1_000 });
    await until(async () => (await probe.count(`select count(*) from portal where state = 'suspended'`)) === 1);
    portal.fault.clear();
    const said = sayToAssistant(bridge, 'Оплатили');
    // Five minutes later.
    await bridge.stop();
    await probe.rows('update portal_token set backoff_until = now()');
    const again = await startAnotherApp(own, quickPolls);
    try {
      await until(() => said.isAnswered());
      expect(await probe.count(`select count(*) from portal where state = 'installed'`)).toBe(1);
    } finally {
      await again.stop();
    }
  });

  it('two processes poll a portal in turn, and the second goes on when the first is gone', async () => {
    const { bridge, probe } = await installed();
    const other = await startAnotherApp(own, quickPolls);
    try {
      const first = sayToAssistant(bridge, 'один');
      await until(() => first.isAnswered());
      expect(await probe.count('select count(*) from event_poll where leased_by is not null')).toBe(1);
      await bridge.stop();
      const second = sayToAssistant(bridge, 'два', first.userId);
      await until(() => second.isAnswered());
      expect(answersIn(bridge.portal, first.chatId)).toEqual(['один', 'два']);
    } finally {
      await other.stop();
    }
  });

  it('an event that appears after later ones is heard as well', async () => {
    const { bridge } = await installed({ settings: { EVENT_POLL_SECONDS: '0.2', EVENT_POLL_IDLE_SECONDS: '0.2' } });
    const { portal } = bridge;
    const slow = portal.addEmployee({ name: 'Медленная' }).id;
    portal.holdKeptEvents();
    const late = sayToAssistant(bridge, 'опоздало', slow);
    portal.letKeptEventsPass();
    const quick = sayToAssistant(bridge, 'сразу');
    await until(() => quick.isAnswered());
    portal.releaseKeptEvents();
    await until(() => late.isAnswered());
    expect(answersIn(portal, late.chatId)).toEqual(['опоздало']);
  });

  it('an empty answer that the portal remembers does not make it deaf', async () => {
    const { bridge } = await installed({ portal: { staleEmptyPolls: true } });
    const said = sayToAssistant(bridge, 'Ау?');
    await until(() => said.isAnswered());
    expect(answersIn(bridge.portal, said.chatId)).toEqual(['Ау?']);
  });

  it('a bot that a person deletes in the portal is known as deleted', async () => {
    const { bridge, probe } = await installed();
    const { portal } = bridge;
    const bot = ourBot(portal, 'assistant');
    portal.deleteBot(bot.id);
    await until(async () => {
      const [row] = await probe.rows(`select state from bot where code = 'bridge_assistant'`);
      return row?.['state'] === 'deleted';
    });
    const line = portal.addLine({ name: 'Support', botCode: 'bridge_line' });
    const client = portal.addClient({ name: 'Анна', lineId: line.id });
    const { chatId } = portal.clientWrites(client.id, 'Работает?');
    await until(() => answersIn(portal, chatId).includes('Работает?'));
    expect(answersIn(portal, chatId)).toEqual(['Работает?']);
  });

  it('polls end when the app is removed: nobody tells it, but its tokens are refused', async () => {
    const { bridge, probe } = await installed();
    const { portal } = bridge;
    portal.uninstallApp({ clean: true });
    await until(async () => {
      const [row] = await probe.rows('select state from portal');
      return row?.['state'] === 'disconnected';
    });
    await until(async () => (await probe.count('select count(*) from event_poll where leased_by is not null')) === 0);
    expect(await probe.count('select count(*) from portal')).toBe(1);
  });
});
