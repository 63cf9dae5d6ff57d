import { afterEach, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { type App, startApp } from '../../../src/start-app.ts';
import { settingsFor, until } from '../../support/bridge.ts';
import { countStatements } from '../../support/count-statements.ts';
import { freePort } from '../../support/free-port.ts';
import { type MgProcessStage, setMgProcessStage } from '../../support/messagegateway-process-stage.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';
import { quickTimings } from '../../support/timings.ts';

let stage: MgProcessStage | undefined;
const others: App[] = [];

afterEach(async () => {
  for (const other of others.splice(0)) await other.stop();
  await stage?.close();
  stage = undefined;
});

/** Another process of the installation, as far as database and MessageGateway can tell; it looks for free connections all the time. */
async function startOther({ portal, port, hosts, databaseUrl, appSecret }: MgProcessStage): Promise<void> {
  const settings = settingsFor(portal, await freePort(), {
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ALLOWED_PRIVATE_HOSTS: hosts,
  });
  const log = createLogger({ level: 'silent', name: 'other' });
  others.push(await startApp({ settings, databaseUrl, appSecret, brains, log, timings: quickTimings }));
}

/** Watches how many sockets are open at a time, until it is asked. */
function countSockets({ gateway }: MgProcessStage): () => number {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, gateway.sockets().open);
  }, 5);
  return () => {
    clearInterval(timer);
    return most;
  };
}

it('two processes hold one socket of a connection, also after a cut, and the other takes over from one that was killed', async () => {
  stage = await setMgProcessStage();
  const { portal, gateway, probe } = stage;
  gateway.addManager({ name: 'Марина Менеджерова' });
  const first = await stage.connect();
  const line = portal.addLine({ name: 'Поддержка', botId: ourBot(portal, 'line').id, left: 'close' });
  const clientId = portal.addClient({ name: 'Кирилл Клиентов', lineId: line.id }).id;
  portal.clientWrites(clientId, 'Кто слушает?');
  await everythingDone(portal, probe);
  const [dialog] = gateway.dialogs();
  const command = (words: string): number => gateway.runCommand(dialog?.id ?? 0, gateway.bots()[0]?.id ?? 0, words);
  const owner = async (): Promise<unknown> => (await probe.rows('select owner from conversation'))[0]?.['owner'];
  const holder = async (): Promise<unknown> =>
    (await probe.rows('select listening_by from connection'))[0]?.['listening_by'];
  const opened = (): number => gateway.calls().filter(({ api, status }) => api === 'ws' && status === 101).length;
  const held = await holder();
  const before = opened();
  const most = countSockets(stage);
  const searches = await countStatements(probe, 'connection', 'listening_until');

  await startOther(stage);
  await searches.next(10);
  expect(opened()).toBe(before);
  gateway.cutSockets();
  await until(() => opened() === before + 1 && gateway.sockets().open === 1);
  await searches.next(10);
  expect(opened()).toBe(before + 1);
  expect(await holder()).toBe(held);
  command('/operator');
  await until(async () => (await owner()) === 'person');

  gateway.refuseSockets(true);
  await first.end('SIGKILL');
  await until(() => gateway.sockets().open === 0);
  // Typed while nobody listens.
  command('/bot');
  expect(await owner()).toBe('person');
  gateway.refuseSockets(false);
  await until(() => gateway.sockets().open === 1);
  await until(async () => (await owner()) === 'brain');
  expect(await holder()).not.toBe(held);
  command('/operator');
  await until(async () => (await owner()) === 'person');

  // One that comes back finds the place taken.
  await startOther(stage);
  await searches.next(10);
  expect(opened()).toBe(before + 2);
  expect(most()).toBe(1);
});
