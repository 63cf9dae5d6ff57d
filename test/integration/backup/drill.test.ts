/** The whole drill: an installation is filled, backed up, lost and restored, and its portal goes on. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { type App, startApp } from '../../../src/start-app.ts';
import { until } from '../../support/bridge.ts';
import { emptyDatabase } from '../../support/database.ts';
import { openProbe } from '../../support/database-probe.ts';
import { expectToAnswer, type OwnBridge, sayToAssistant, startInstalled } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone, sendKeys } from '../../support/talk.ts';
import { quickTimings } from '../../support/timings.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import { contentsOf } from './contents.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The portal takes no messages for now. */
function refuseSends({ bridge }: OwnBridge, method = 'imbot.v2.Chat.Message.send'): void {
  bridge.portal.fault.rest({ method, kind: 'query-limit', times: 1_000_000 });
}

const waitingSends = ({ probe }: OwnBridge): Promise<number> =>
  probe.count(`select count(*) from outbox where state = 'waiting' and target = 'portal'`);

/** The same installation at the same address, on another database. */
async function startOn(url: string, { bridge }: OwnBridge): Promise<App> {
  const log = createLogger({ level: 'silent', name: 'restored' });
  const { settings, appSecret } = bridge;
  return await startApp({ settings, databaseUrl: url, appSecret, brains, log, timings: quickTimings });
}

describe('a drill', () => {
  it('moves an installation: what waited is sent once, everything else is as it was', async () => {
    const own = await startInstalled();
    const target = await emptyDatabase();
    const [from, to] = [openProbe(own.databaseUrl), openProbe(target.url)];
    let app: App | undefined;
    try {
      const { portal } = own.bridge;
      await expectToAnswer(own.bridge, 'До переезда');
      await everythingDone(portal, own.probe);
      refuseSends(own);
      const said = sayToAssistant(own.bridge, 'Ждёт переезда');
      await until(async () => (await waitingSends(own)) > 0);
      await own.bridge.stop();
      const file = join(folder, 'move.gz');
      const backup = await runCli(environmentOf(own), ['backup', file]);
      expect(backup).toMatchObject({ code: 0, err: '' });
      expect((await stat(file)).mode & 0o777).toBe(0o600);

      const environment = { ...environmentOf(own), DATABASE_URL: target.url };
      const restored = await runCli(environment, ['restore', file, '--waiting', 'send']);
      expect(restored).toMatchObject({ code: 0, err: '' });
      expect(await contentsOf(to)).toEqual(await contentsOf(from));

      portal.fault.clear();
      app = await startOn(target.url, own);
      await until(() => said.isAnswered());
      await expectToAnswer(own.bridge, 'После переезда');
      await everythingDone(portal, to);
      expect(answersIn(portal, said.chatId)).toEqual(['Ждёт переезда']);
      expect(new Set(sendKeys(portal)).size).toBe(sendKeys(portal).length);
      expect(await to.rows(`select 1 from outbox where state in ('unknown', 'dead_letter')`)).toEqual([]);
    } finally {
      await app?.stop();
      await Promise.all([from.close(), to.close()]);
      await own.close();
      await target.drop();
    }
  });

  it('goes back to an older moment: what has been said since is not said again, and waits for a person', async () => {
    // Of a portal without imbot.v2, which would show a message twice that is sent twice.
    const own = await startInstalled({ portal: { v2: false } });
    const target = await emptyDatabase();
    const to = openProbe(target.url);
    let app: App | undefined;
    try {
      const { portal } = own.bridge;
      refuseSends(own, 'imbot.message.add');
      const before = sayToAssistant(own.bridge, 'Перед копией');
      await until(async () => (await waitingSends(own)) > 0);
      const file = join(folder, 'older.gz');
      expect(await runCli(environmentOf(own), ['backup', file])).toMatchObject({ code: 0 });
      portal.fault.clear();
      await until(() => before.isAnswered());
      const after = sayToAssistant(own.bridge, 'После копии');
      await until(() => after.isAnswered());
      await everythingDone(portal, own.probe);
      await own.bridge.stop();

      const environment = { ...environmentOf(own), DATABASE_URL: target.url };
      const twice = await runCli(environment, ['restore', file, '--waiting', 'send', '--json']);
      expect(twice.json()).toMatchObject({ error: { code: 'restore.app_was_running' } });
      const restored = await runCli(environment, ['restore', file, '--json']);
      expect(restored.json()).toMatchObject({ putAside: expect.any(Object), setUps: 0 });

      app = await startOn(target.url, own);
      await expectToAnswer(own.bridge, 'Работает дальше');
      const next = sayToAssistant(own.bridge, 'Ещё раз он же', before.userId);
      await until(() => next.isAnswered());
      await everythingDone(portal, to);
      expect(answersIn(portal, before.chatId)).toEqual(['Перед копией', 'Ещё раз он же']);
      expect(answersIn(portal, after.chatId)).toEqual(['После копии']);
      const letters = await runCli(environment, ['dead-letters', 'list']);
      expect(letters.out).toContain('outbox.restored');
    } finally {
      await app?.stop();
      await to.close();
      await own.close();
      await target.drop();
    }
  });
});
