import { afterEach, describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { type App, startApp } from '../../../src/start-app.ts';
import { install, settingsFor, until } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { type OwnBridge, type Said, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone } from '../../support/talk.ts';

let own: OwnBridge | undefined;
const others: App[] = [];

afterEach(async () => {
  for (const app of others.splice(0)) await app.stop();
  await own?.close();
  own = undefined;
});

async function open(settings: Readonly<Record<string, string>> = {}): Promise<OwnBridge> {
  own = await startOwnBridge({ settings });
  const worker = settings['ROLES'] === 'web' ? await startAnother(own) : null;
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  await worker?.stop();
  others.length = 0;
  // Every token pair the app stores from now on is counted by the database itself.
  await own.probe.rows('create table rotation (at timestamptz default clock_timestamp())');
  await own.probe.rows(`create function note_rotation() returns trigger language plpgsql as $$
    begin insert into rotation default values; return new; end $$`);
  await own.probe.rows(`create trigger rotated after update or insert on portal_token
    for each row execute function note_rotation()`);
  return own;
}

/** A further process of the same installation, as far as the database can tell. */
async function startAnother({ bridge, databaseUrl }: OwnBridge): Promise<App> {
  const settings = settingsFor(bridge.portal, await freePort(), {
    PUBLIC_URL: bridge.url,
    B24_RATE_PER_SECOND: '100000',
    B24_RATE_BURST: '100000',
  });
  const log = createLogger({ level: 'silent', name: 'another' });
  const app = await startApp({ settings, databaseUrl, appSecret: bridge.appSecret, brains, log });
  others.push(app);
  return app;
}

const rotations = ({ probe }: OwnBridge): Promise<number> => probe.count('select count(*) from rotation');
const stateOf = async ({ probe }: OwnBridge): Promise<unknown> =>
  (await probe.rows('select state from portal'))[0]?.['state'];

function sayMany({ bridge }: OwnBridge, count: number, text: string): Said[] {
  return Array.from({ length: count }, () => sayToAssistant(bridge, text));
}

async function expectAnsweredOnce(scene: OwnBridge, said: readonly Said[], text: string): Promise<void> {
  await until(() => said.every((one) => one.isAnswered()), 20_000);
  await everythingDone(scene.bridge.portal, scene.probe);
  for (const { chatId } of said) expect(answersIn(scene.bridge.portal, chatId)).toEqual([text]);
}

describe('tokens that expire under load', () => {
  it('are refreshed once, by whichever process is first', async () => {
    const scene = await open();
    await startAnother(scene);
    const { portal } = scene.bridge;
    for (let round = 1; round <= 3; round += 1) {
      portal.expireTokens();
      // A slow host gives everybody time to ask for the same.
      portal.fault.oauth({ kind: 'slow', ms: 300, times: 20 });
      await expectAnsweredOnce(scene, sayMany(scene, 30, `раз ${round}`), `раз ${round}`);
      portal.fault.clear();
      expect(await rotations(scene)).toBe(round);
      expect(await stateOf(scene)).toBe('installed');
    }
    expect(await scene.probe.count(`select count(*) from outbox where state in ('parked', 'unknown')`)).toBe(0);
  });

  it('are stored before they are used, so that a restart goes on with the newest', async () => {
    const scene = await open({ ROLES: 'web' });
    const { portal } = scene.bridge;
    for (let round = 1; round <= 3; round += 1) {
      const app = await startAnother(scene);
      portal.expireTokens();
      await expectAnsweredOnce(scene, sayMany(scene, 3, `заново ${round}`), `заново ${round}`);
      await app.stop();
      others.length = 0;
    }
    expect(await rotations(scene)).toBe(3);
    expect(await stateOf(scene)).toBe('installed');
  });

  it('wait for an OAuth host that is away for a while, and for nobody else', { timeout: 60_000 }, async () => {
    const scene = await open();
    const { portal } = scene.bridge;
    portal.fault.oauth({ kind: 'down', times: 3 });
    portal.expireTokens();
    const said = sayMany(scene, 5, 'потом');
    await expectAnsweredOnce(scene, said, 'потом');
    expect(await stateOf(scene)).toBe('installed');
    expect(await rotations(scene)).toBe(1);
    expect(await scene.probe.count(`select count(*) from outbox where state in ('parked', 'unknown', 'dropped')`)).toBe(
      0,
    );
  });

  it('that were rotated while the answer got lost leave a portal that a visit mends', async () => {
    const scene = await open();
    const { portal } = scene.bridge;
    portal.fault.oauth({ kind: 'reset-after', times: 1 });
    portal.expireTokens();
    const said = sayMany(scene, 3, 'прервалось');
    await until(async () => (await stateOf(scene)) === 'disconnected', 20_000);
    await (await fetch(`${scene.bridge.url}/healthz`)).text();
    expect((await portal.openAppPage()).status).toBe(200);
    await until(async () => (await stateOf(scene)) === 'installed');
    await scene.probe.rows(`update lane set ready_at = now() where seq > done and locked_by is null`);
    await expectAnsweredOnce(scene, said, 'прервалось');
    expect(await scene.probe.count(`select count(*) from outbox where state in ('parked', 'unknown', 'dropped')`)).toBe(
      0,
    );
  });
});
