import { describe, expect, it } from 'vitest';
import type { App } from '../../../src/start-app.ts';
import { install, until } from '../../support/bridge.ts';
import {
  type OwnBridge,
  type Said,
  sayToAssistant,
  startAnotherApp,
  startOwnBridge,
} from '../../support/installed-bridge.ts';
import { answersIn, everythingDone } from '../../support/talk.ts';

interface RuleContext extends OwnBridge {
  /** Starts a further process of the same installation, as far as the database can tell. */
  startAnother(): Promise<App>;
}

/** An installed bridge whose stored token pairs are counted from now on, by the database itself. */
async function withCounter(
  settings: Readonly<Record<string, string>>,
  work: (scene: RuleContext) => Promise<void>,
): Promise<void> {
  const own = await startOwnBridge({ settings });
  const others: App[] = [];
  const another = async (): Promise<App> => {
    const app = await startAnotherApp(own);
    others.push(app);
    return app;
  };
  try {
    const worker = settings['ROLES'] === 'web' ? await another() : null;
    await install(own.bridge);
    await everythingDone(own.bridge.portal, own.probe);
    await worker?.stop();
    others.length = 0;
    await own.probe.rows('create table rotation (at timestamptz default clock_timestamp())');
    await own.probe.rows(`create function note_rotation() returns trigger language plpgsql as $$
      begin insert into rotation default values; return new; end $$`);
    await own.probe.rows(`create trigger rotated after update on portal_token
      for each row when (old.refresh_sealed <> new.refresh_sealed) execute function note_rotation()`);
    await work({ ...own, startAnother: another });
  } finally {
    for (const app of others) await app.stop();
    await own.close();
  }
}

const rotations = ({ probe }: OwnBridge): Promise<number> => probe.count('select count(*) from rotation');
const stateOf = async ({ probe }: OwnBridge): Promise<unknown> =>
  (await probe.rows('select state from portal'))[0]?.['state'];

function sayMany({ bridge }: OwnBridge, count: number, text: string): Said[] {
  return Array.from({ length: count }, () => sayToAssistant(bridge, text));
}

async function expectAnsweredOnce(scene: OwnBridge, said: readonly Said[], text: string): Promise<void> {
  await until(() => said.every((one) => one.isAnswered()));
  await everythingDone(scene.bridge.portal, scene.probe);
  for (const { chatId } of said) expect(answersIn(scene.bridge.portal, chatId)).toEqual([text]);
}

describe('tokens that expire under load', () => {
  it.concurrent('are refreshed once, by whichever process is first', () =>
    withCounter({}, async (scene) => {
      await scene.startAnother();
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
      expect(await scene.probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown')`)).toBe(0);
    }));

  it.concurrent('are stored before they are used, so that a restart goes on with the newest', () =>
    withCounter({ ROLES: 'web' }, async (scene) => {
      const { portal } = scene.bridge;
      for (let round = 1; round <= 3; round += 1) {
        const app = await scene.startAnother();
        portal.expireTokens();
        await expectAnsweredOnce(scene, sayMany(scene, 3, `заново ${round}`), `заново ${round}`);
        await app.stop();
      }
      expect(await rotations(scene)).toBe(3);
      expect(await stateOf(scene)).toBe('installed');
    }));

  it.concurrent('wait for an OAuth host that is away for a while, and for nobody else', () =>
    withCounter({}, async (scene) => {
      const { portal } = scene.bridge;
      portal.fault.oauth({ kind: 'down', times: 3 });
      portal.expireTokens();
      const said = sayMany(scene, 5, 'потом');
      await expectAnsweredOnce(scene, said, 'потом');
      expect(await stateOf(scene)).toBe('installed');
      expect(await rotations(scene)).toBe(1);
      expect(
        await scene.probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown', 'dropped')`),
      ).toBe(0);
    }));

  it.concurrent('that were rotated while the answer got lost leave a portal that a visit mends', () =>
    withCounter({}, async (scene) => {
      const { portal } = scene.bridge;
      portal.fault.oauth({ kind: 'reset-after', times: 1 });
      portal.expireTokens();
      const said = sayMany(scene, 3, 'прервалось');
      await until(async () => (await stateOf(scene)) === 'disconnected');
      await (await fetch(`${scene.bridge.url}/healthz`)).text();
      expect((await portal.openAppPage()).status).toBe(200);
      await until(async () => (await stateOf(scene)) === 'installed');
      await scene.probe.rows(`update lane set ready_at = now() where seq > done and locked_by is null`);
      await expectAnsweredOnce(scene, said, 'прервалось');
      expect(
        await scene.probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown', 'dropped')`),
      ).toBe(0);
    }));
});
