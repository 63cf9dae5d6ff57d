import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxPortalOptions } from '../../../sandbox/bitrix24/portal-options.ts';
import { type Bridge, install, until } from '../../support/bridge.ts';
import { formBody, portalAuth, postEvent, recordedPairs } from '../../support/event-bodies.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';

let own: OwnBridge | undefined;

afterEach(async () => {
  await own?.close();
  own = undefined;
});

async function open(portal: SandboxPortalOptions = {}): Promise<OwnBridge> {
  own = await startOwnBridge({ portal });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

/** What waits for a dead portal is tried again within a minute or two; tests do not wait for it. */
async function tryAgainNow({ probe }: OwnBridge): Promise<void> {
  await probe.rows(`update lane set ready_at = now() where seq > done and locked_by is null and key <> '/erase'`);
}

/** Whose token the app uses: the user behind its latest send. */
const sender = ({ portal }: Bridge): number | undefined =>
  portal.calls().findLast(({ method }) => /message\.(?:add|send)$/i.test(method))?.userId;

describe("an administrator's token", () => {
  it.each(['full', 'none'] as const)(
    'is not replaced by that of an employee who opens a page (app.info: %s)',
    async (appInfoExtras) => {
      const { bridge, probe } = await open({ appInfoExtras });
      const { portal } = bridge;
      const userId = portal.addEmployee({ name: 'Любопытный Лев' }).id;
      expect((await portal.openAppPage({ userId })).status).toBe(200);
      expect((await portal.openInstallPage({ userId })).status).toBe(200);
      await everythingDone(portal, probe);
      // What is known of the token is believed for ten seconds; the stored one tells who it belongs to now.
      expect(await probe.rows('select is_admin from portal_token')).toEqual([{ is_admin: true }]);
      portal.expireTokens();
      const said = sayToAssistant(bridge, 'Кто пишет?');
      await until(() => said.isAnswered());
      expect(sender(bridge)).toBe(portal.adminId);
    },
  );

  it('is replaced by that of another administrator', async () => {
    const { bridge, probe } = await open();
    const { portal } = bridge;
    const second = portal.addEmployee({ name: 'Второй Админ', admin: true }).id;
    await portal.openInstallPage({ userId: second });
    portal.dismiss(portal.adminId);
    await everythingDone(portal, probe);
    const said = sayToAssistant(bridge, 'Новый хозяин?');
    await until(() => said.isAnswered());
    expect(sender(bridge)).toBe(second);
  });
});

describe('a portal whose tokens have died', () => {
  it('waits with its answers, and goes on when an administrator opens the page', async () => {
    const { bridge, probe } = await open();
    const { portal } = bridge;
    portal.fault.oauth({ kind: 'invalid_grant', times: 1_000 });
    portal.expireTokens();
    const early = sayToAssistant(bridge, 'Слышите?');
    await until(async () => (await probe.count(`select count(*) from portal where state = 'disconnected'`)) === 1);
    await portal.idle();
    expect(early.isAnswered()).toBe(false);
    expect(await probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown', 'dropped')`)).toBe(
      0,
    );
    portal.fault.clear();
    expect((await portal.openAppPage()).status).toBe(200);
    await until(async () => (await probe.count(`select count(*) from portal where state = 'installed'`)) === 1);
    const late = sayToAssistant(bridge, 'А теперь?');
    await until(() => late.isAnswered());
    await tryAgainNow(own!);
    await until(() => early.isAnswered());
  });
});

describe('a portal whose administrator has left the company', () => {
  it('waits with its answers, and goes on when another administrator opens the app', async () => {
    const { bridge, probe } = await open();
    const { portal } = bridge;
    portal.dismiss(portal.adminId);
    const early = sayToAssistant(bridge, 'Где админ?');
    await portal.idle();
    await until(
      async () =>
        (await probe.count(`select count(*) from outbox where outcome is not null and target = 'portal'`)) > 0,
    );
    const userId = portal.addEmployee({ name: 'Новый Админ', admin: true }).id;
    expect((await portal.openAppPage({ userId })).status).toBe(200);
    await tryAgainNow(own!);
    const late = sayToAssistant(bridge, 'Новый админ здесь');
    await until(() => late.isAnswered());
    await until(() => early.isAnswered());
    expect(await probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown')`)).toBe(0);
  });
});

describe('a portal that moves to another address', () => {
  it('is answered at the new one, and known by it from then on', async () => {
    // The new address is a loopback one as well: every port of it is allowed here.
    const ports = Array.from({ length: 65_536 - 1_024 }, (_, at) => `127.0.0.1:${at + 1_024}`).join();
    own = await startOwnBridge({ settings: { ALLOWED_PRIVATE_HOSTS: ports } });
    const { bridge, probe } = own;
    await install(bridge);
    const { portal } = bridge;
    const before = portal.domain;
    await portal.changeDomain();
    expect(portal.domain).not.toBe(before);
    const said = sayToAssistant(bridge, 'Мы переехали');
    await until(() => said.isAnswered());
    expect(await probe.rows('select domain from portal')).toEqual([{ domain: portal.domain }]);
    expect((await portal.openAppPage()).status).toBe(200);
  });
});

describe('a portal that has not paid', () => {
  it('is suspended by the event, says nothing meanwhile, and answers again once it has paid', async () => {
    const { bridge, probe } = await open();
    const { portal } = bridge;
    const payment = formBody(recordedPairs('app-onappupdate'), {
      ...portalAuth(portal),
      event: 'ONAPPPAYMENT',
      'data[PAYMENT_EXPIRED]': 'Y',
    });
    expect((await postEvent(bridge.url, payment)).status).toBe(200);
    await until(async () => (await probe.count(`select count(*) from portal where state = 'suspended'`)) === 1);
    portal.renewPayment();
    await everythingDone(portal, probe);
    expect(await probe.rows('select state from portal')).toEqual([{ state: 'installed' }]);
    const said = sayToAssistant(bridge, 'Оплатили');
    await until(() => said.isAnswered());
  });

  it('loses no answer when the OAuth host asks for payment in the midst of one', async () => {
    const { bridge, probe } = await open();
    const { portal } = bridge;
    portal.fault.oauth({ kind: 'payment', times: 1 });
    portal.expireTokens();
    const said = sayToAssistant(bridge, 'Ещё не оплатили');
    await until(async () => (await probe.count(`select count(*) from portal where state = 'suspended'`)) === 1);
    portal.renewPayment();
    await portal.idle();
    await until(async () => (await probe.count(`select count(*) from portal where state = 'installed'`)) === 1);
    await tryAgainNow(own!);
    await until(() => said.isAnswered());
    expect(await probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown')`)).toBe(0);
  });
});
