import { afterEach, describe, expect, it } from 'vitest';
import { textReply } from '../../../src/core/events.ts';
import { openApi } from '../../support/api-client.ts';
import { install, until } from '../../support/bridge.ts';
import { formBody, portalAuth, postEvent, recordedPairs } from '../../support/event-bodies.ts';
import {
  expectToAnswer,
  type OwnBridge,
  sayToAssistant,
  startAnotherApp,
  startOwnBridge,
} from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { everythingDone } from '../../support/talk.ts';

let own: OwnBridge | undefined;

afterEach(async () => {
  await own?.close();
  own = undefined;
});

/** Installed, with a conversation behind it. */
async function openUsed(options: Parameters<typeof startOwnBridge>[0] = {}): Promise<OwnBridge> {
  own = await startOwnBridge(options);
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  await expectToAnswer(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

const stateOf = async ({ probe }: OwnBridge): Promise<unknown> =>
  (await probe.rows('select state from portal'))[0]?.['state'];
const orders = ['bots-first', 'app-first', 'shuffled'] as const;

describe('removing the app', () => {
  it.each(orders)('with deletion of the data leaves no row behind (%s)', async (order) => {
    const { bridge, probe } = await openUsed();
    const { portal } = bridge;
    expect(Object.keys(await probe.rowCounts(portal.memberId)).length).toBeGreaterThan(5);
    portal.uninstallApp({ clean: true, order });
    await until(async () => (await probe.count('select count(*) from portal')) === 0);
    await portal.idle();
    await bridge.stop();
    expect(await probe.rowCounts()).toEqual({});
    expect(portal.deliveries().filter(({ status }) => status >= 500)).toEqual([]);
  });

  it('is not held up by a set-up that the portal refuses because the app is gone', async () => {
    const { bridge, probe } = await openUsed();
    const { portal } = bridge;
    const client = await openApi(bridge.url, portal);
    // As if the portal had refused it for long.
    await probe.rows(`update lane set ready_at = now() + interval '1 hour' where key = '/app'`);
    await client.send('PATCH', '/api/bots/bridge_line', { name: 'Аня' });
    portal.uninstallApp({ clean: true });
    await until(async () => (await probe.count('select count(*) from portal')) === 0);
    await portal.idle();
    await bridge.stop();
    expect(await probe.rowCounts()).toEqual({});
  });

  it.each(orders)('without it silences the bots and keeps the data without tokens (%s)', async (order) => {
    const used = await openUsed();
    const { bridge, probe } = used;
    bridge.portal.uninstallApp({ clean: false, order });
    await until(async () => (await stateOf(used)) === 'uninstalled');
    await everythingDone(bridge.portal, probe);
    const counts = await probe.rowCounts(bridge.portal.memberId);
    expect(counts['portal_token']).toBeUndefined();
    expect(counts['conversation']).toBe(1);
    expect(await probe.count(`select count(*) from bot where bot_id is not null`)).toBe(0);
    const calls = bridge.portal.calls().length;
    const late = formBody(recordedPairs('v1-onimbotmessageadd-private'), {
      'auth[member_id]': bridge.portal.memberId,
      'data[BOT][567][BOT_CODE]': 'bridge_assistant',
    });
    expect((await postEvent(bridge.url, late)).status).toBe(403);
    expect(bridge.portal.calls()).toHaveLength(calls);
  });

  it('cannot be ordered with a wrong token', async () => {
    const used = await openUsed();
    const { bridge, probe } = used;
    for (const token of ['', 'f'.repeat(32), null]) {
      const forged = formBody(recordedPairs('app-onappuninstall-clean'), {
        ...portalAuth(bridge.portal),
        'auth[application_token]': token,
      });
      expect((await postEvent(bridge.url, forged)).status).toBe(403);
    }
    await probe.quiet();
    expect(await stateOf(used)).toBe('installed');
    await expectToAnswer(bridge);
  });

  it('erases also what was under way at that moment', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHolding = false;
    const slow = scriptBrain({
      async deliver(message) {
        if (message.text === 'медленно') {
          isHolding = true;
          await held;
        }
        return { replies: [textReply(message.text)] };
      },
    });
    const { bridge, probe } = await openUsed({ brains: [slow.brain] });
    sayToAssistant(bridge, 'медленно');
    await until(() => isHolding);
    bridge.portal.uninstallApp({ clean: true });
    await until(async () => (await probe.count('select count(*) from portal')) === 0);
    release();
    await bridge.stop();
    expect(await probe.rowCounts()).toEqual({});
  });

  it('is not undone by farewells that come after the erasure', async () => {
    const { bridge, probe } = await openUsed();
    const { portal } = bridge;
    portal.pauseDelivery();
    portal.uninstallApp({ clean: true, order: 'app-first' });
    portal.resumeDelivery();
    await until(async () => (await probe.count('select count(*) from portal')) === 0);
    const farewells = portal.deliveries().filter(({ event }) => event === 'ONIMBOTDELETE');
    for (const { body } of farewells) expect([200, 403]).toContain((await postEvent(bridge.url, body)).status);
    await bridge.stop();
    expect(await probe.rowCounts()).toEqual({});
  });
});

describe('removing the app, with two processes', () => {
  it('is not undone by a farewell that reaches the one that has not heard of the erasure yet', async () => {
    const used = await openUsed();
    const { bridge, probe } = used;
    const { portal } = bridge;
    const another = await startAnotherApp(used, { ROLES: 'web' });
    try {
      const url = `http://127.0.0.1:${another.port}`;
      const stray = formBody(recordedPairs('app-onappupdate'), { ...portalAuth(portal), event: 'ONSOMETHINGNEW' });
      expect((await postEvent(url, stray)).status).toBe(200);
      portal.uninstallApp({ clean: true, order: 'app-first' });
      await until(async () => (await probe.count('select count(*) from portal')) === 0);
      await portal.idle();
      const farewells = portal.deliveries().filter(({ event }) => event === 'ONIMBOTDELETE');
      expect(farewells.length).toBeGreaterThan(0);
      for (const { body } of farewells) await (await postEvent(url, `${body}&again=1`)).text();
    } finally {
      await another.stop();
    }
    await bridge.stop();
    expect(await probe.rowCounts()).toEqual({});
  });
});

describe('installing again after a removal', () => {
  it.each([true, false])('brings new bots that answer, at once (data deleted: %s)', async (clean) => {
    const used = await openUsed();
    const { bridge, probe } = used;
    const { portal } = bridge;
    const before = portal.bots().map(({ id }) => id);
    portal.uninstallApp({ clean });
    await until(async () => [undefined, 'uninstalled'].includes((await stateOf(used)) as string | undefined));
    await portal.idle();
    await install(bridge);
    await everythingDone(portal, probe);
    expect(
      portal
        .bots()
        .map(({ code }) => code)
        .toSorted(),
    ).toEqual(['bridge_assistant', 'bridge_line', 'bridge_supervisor']);
    expect(portal.bots().some(({ id }) => before.includes(id))).toBe(false);
    await expectToAnswer(bridge);
    expect(await stateOf(used)).toBe('installed');
  });

  it('keeps the data although an erasure was planned', async () => {
    const used = await openUsed({ settings: { UNINSTALL_KEEP_HOURS: '1' } });
    const { bridge, probe } = used;
    bridge.portal.uninstallApp({ clean: false });
    await until(async () => (await stateOf(used)) === 'uninstalled');
    await bridge.portal.idle();
    expect((await bridge.portal.openInstallPage()).status).toBe(200);
    // As if the hour had passed.
    await probe.rows(`update lane set ready_at = now() where key = '/erase'`);
    await until(
      async () => (await probe.count(`select count(*) from outbox where outcome = 'kept_installed_again'`)) === 1,
    );
    expect(await stateOf(used)).toBe('installed');
    expect(await probe.count('select count(*) from conversation')).toBe(1);
  });

  it('erases in the end when nobody comes back', async () => {
    const used = await openUsed({ settings: { UNINSTALL_KEEP_HOURS: '1' } });
    const { bridge, probe } = used;
    bridge.portal.uninstallApp({ clean: false });
    await until(async () => (await stateOf(used)) === 'uninstalled');
    await everythingDone(bridge.portal, probe);
    const due = await probe.count(`select extract(epoch from ready_at - now()) from lane where key = '/erase'`);
    expect(due).toBeGreaterThan(3_500);
    expect(due).toBeLessThanOrEqual(3_600);
    await probe.rows(`update lane set ready_at = now() where key = '/erase'`);
    await until(async () => (await probe.count('select count(*) from portal')) === 0);
    expect(await probe.rowCounts()).toEqual({});
  });
});

describe('a version update', () => {
  it.each([true, false])('works on after somebody has opened the app (handlers dropped: %s)', async (dropHandlers) => {
    const { bridge, probe } = await openUsed();
    const { portal } = bridge;
    portal.updateApp({ version: 2, dropHandlers });
    await portal.idle();
    // Until the installer has run again the portal sends nothing: opening the app leads there.
    expect((await portal.openAppPage()).status).toBe(200);
    await probe.quiet();
    portal.finishInstall();
    await everythingDone(portal, probe);
    const events = portal.bindings().map(({ event }) => event);
    expect(events.toSorted()).toEqual([...new Set(events)].toSorted());
    expect(events).toEqual(
      expect.arrayContaining(['ONIMBOTMESSAGEADD', 'ONAPPUNINSTALL', 'ONAPPUPDATE', 'ONAPPINSTALL']),
    );
    expect(portal.bots()).toHaveLength(3);
    await expectToAnswer(bridge);
  });
});
