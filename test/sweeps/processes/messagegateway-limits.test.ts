import { expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../src/brains/messagegateway/messagegateway-brain.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { startApp } from '../../../src/start-app.ts';
import { until } from '../../support/bridge.ts';
import { openLineTalk } from '../../support/messagegateway-stage.ts';
import { ourBot } from '../../support/talk.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

const stage = useMgStage({
  gateway: { enforceChannelSettings: false, maxFileBytes: 30 * 1024 * 1024 },
});

/** What the service allows of one token. */
const perSecond = 30;

/** A busy machine may let calls arrive in heaps; over all of them it can only make them fewer a second. */
const slackSeconds = 2;

it('two processes together stay below 30 requests a second and token', async () => {
  const { settings, appSecret, portal } = stage.bridge;
  const log = createLogger({ level: 'silent', name: 'second' });
  const second = await startApp({
    settings: { ...settings, ROLES: ['worker'], PORT: 0 },
    databaseUrl: stage.databaseUrl,
    appSecret,
    brains: [messageGatewayBrain],
    log,
  });
  try {
    // More dialogs than one process works at a time: the other one has to take its share.
    const line = portal.addLine({ name: 'Наплыв', botId: ourBot(portal, 'line').id, left: 'close' });
    const clients = Array.from({ length: 80 }, (_, index) =>
      portal.addClient({ name: `Клиент ${index}`, lineId: line.id }),
    );
    const workers = new Set<unknown>();
    for (let round = 0; round < 2; round += 1) {
      for (const { id } of clients) portal.clientWrites(id, `волна ${round} от ${id}`);
    }
    const arrived = (): number =>
      stage.gateway.messages().filter(({ text }) => text?.startsWith('волна ') === true).length;
    await until(async () => {
      const held = await stage.probe.rows(
        `select distinct split_part(locked_by, ':', 1) as worker from lane where queue = 'outbox' and locked_by is not null`,
      );
      for (const row of held) workers.add(row['worker']);
      return arrived() === 160;
    });
    await stage.done();
    expect(arrived()).toBe(160);
    expect(workers.size).toBe(2);
    const calls = stage.gateway.calls();
    for (const api of ['bot', 'transport']) {
      const moments = calls.filter((call) => call.api === api).map(({ at }) => at);
      const seconds = (Math.max(...moments) - Math.min(...moments)) / 1_000;
      expect(moments.length).toBeLessThanOrEqual(perSecond * (seconds + slackSeconds));
    }
  } finally {
    await second.stop();
  }
});

it('a file that is too large for the bridge fails with the reason, and its words arrive', async () => {
  const talk = await openLineTalk(stage, 'Пришлите каталог');
  const mgChat = talk.mgChat;
  const items = [{ name: 'каталог.pdf', content: Buffer.alloc(26 * 1024 * 1024) }];
  const id = await stage.gateway.managerAnswers(mgChat, 'Вот он', { items });
  const message = () => stage.gateway.messages(mgChat).find((one) => one.id === id);
  await until(() => message()?.status === 'failed');
  expect(message()?.error).toMatchObject({
    code: 'general',
    message: expect.stringContaining('Не удалось передать файл'),
  });
  expect(talk.shown()).toEqual(['Вот он']);
});
