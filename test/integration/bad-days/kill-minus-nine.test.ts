import { randomBytes, randomInt } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { until } from '../../support/bridge.ts';
import { type BridgeProcess, startBridgeProcess } from '../../support/bridge-process.ts';
import { cloneDatabase } from '../../support/database.ts';
import { openProbe } from '../../support/database-probe.ts';
import { freePort } from '../../support/free-port.ts';
import { startNumberedTalk } from '../../support/numbered-talk.ts';
import { botTalk, isGreeting, ourBot } from '../../support/talk.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const rounds = 20;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Scene {
  readonly portal: SandboxPortal;
  readonly start: () => Promise<BridgeProcess>;
}

/** A portal and the means to start the app again and again on the same port and database. */
async function prepare(databaseUrl: string): Promise<Scene> {
  const portal = await startSandboxPortal({ rate: false });
  cleanups.push(() => portal.close());
  const port = await freePort();
  const appSecret = randomBytes(32);
  const url = `http://127.0.0.1:${port}`;
  portal.setCard({
    installUrl: `${url}/bitrix24/install`,
    appUrl: `${url}/bitrix24/app`,
    eventUrl: `${url}/bitrix24/events`,
  });
  return {
    portal,
    async start() {
      const started = await startBridgeProcess({ portal, port, databaseUrl, appSecret });
      cleanups.push(() => started.end('SIGKILL'));
      return started;
    },
  };
}

async function install(portal: SandboxPortal): Promise<void> {
  expect((await portal.openInstallPage()).status).toBe(200);
  await until(() => portal.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'));
  portal.finishInstall();
}

describe('an app that is killed again and again under load', () => {
  it('answers every acknowledged message once and in order', { timeout: 120_000 }, async () => {
    const database = await cloneDatabase();
    cleanups.push(() => database.drop());
    const probe = openProbe(database.url);
    cleanups.push(() => probe.close());
    const { portal, start } = await prepare(database.url);
    let app = await start();
    await install(portal);
    const talk = startNumberedTalk({
      portal,
      bot: ourBot(portal, 'assistant'),
      url: () => app.url,
      dialogs: 12,
      pauseMs: 5,
    });
    for (let round = 0; round < rounds; round += 1) {
      await pause(randomInt(50, 900));
      await app.end('SIGKILL');
      // The dead hold their lanes for a minute; the test does not wait for it each time.
      if (round % 2 === 0) await probe.endLeases();
      app = await start();
    }
    await talk.finish();
    await probe.endLeases();
    await until(async () => {
      await probe.rows(`update lane set ready_at = least(ready_at, now()) where ready_at < 'infinity' and locked_by is null`);
      return talk.isComplete();
    }, 30_000).catch(() => undefined);
    await probe.quiet();
    expect(talk.faults()).toEqual([]);
    expect(talk.acknowledged()).toBeGreaterThan(rounds * 12);
    const greetings = botTalk(portal, 'all').filter(({ text }) => isGreeting(text));
    expect(greetings.length).toBe(0);
    expect(await probe.count(`select count(*) from outbox where state in ('parked', 'unknown')`)).toBe(0);
    expect(await probe.count(`select count(*) from inbox where state = 'parked'`)).toBe(0);
  });
});
