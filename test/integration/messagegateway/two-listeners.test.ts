import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { type MgProcessStage, setMgProcessStage } from '../../support/messagegateway-process-stage.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';

let stage: MgProcessStage | undefined;

afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

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

describe('two processes that both may listen', () => {
  it('hold one socket of a connection, also after a cut, and the other takes over from one that was killed', {
    timeout: 90_000,
  }, async () => {
    stage = await setMgProcessStage();
    const { portal, gateway, probe } = stage;
    gateway.addManager({ name: 'Марина Менеджерова' });
    const first = await stage.start();
    await stage.connect();
    const line = portal.addLine({ name: 'Поддержка', botId: ourBot(portal, 'line').id, left: 'close' });
    const clientId = portal.addClient({ name: 'Кирилл Клиентов', lineId: line.id }).id;
    portal.clientWrites(clientId, 'Кто слушает?');
    await everythingDone(portal, probe);
    const [dialog] = gateway.dialogs();
    const command = (words: string): number => gateway.runCommand(dialog?.id ?? 0, gateway.bots()[0]?.id ?? 0, words);
    const owner = async (): Promise<unknown> => (await probe.rows('select owner from conversation'))[0]?.['owner'];
    const holder = async (): Promise<unknown> =>
      (await probe.rows('select listening_by from connection'))[0]?.['listening_by'];
    const handshakes = (): number => gateway.calls().filter(({ api }) => api === 'ws').length;
    const held = await holder();
    const before = handshakes();

    const most = countSockets(stage);
    const second = await stage.start(await freePort());
    // Longer than it takes either of them to look for connections nobody holds.
    await pause(6_000);
    expect(handshakes()).toBe(before);
    gateway.cutSockets();
    await until(() => handshakes() === before + 1 && gateway.sockets().open === 1);
    await pause(6_000);
    expect(handshakes()).toBe(before + 1);
    expect(await holder()).toBe(held);
    command('/operator');
    await until(async () => (await owner()) === 'person');

    await first.end('SIGKILL');
    await until(() => gateway.sockets().open === 0);
    // Typed while nobody listens.
    command('/bot');
    await pause(1_000);
    expect(await owner()).toBe('person');
    // As if the half minute of the dead one's lease were over.
    await stage.endLeases();
    await until(() => gateway.sockets().open === 1);
    await until(async () => (await owner()) === 'brain');
    expect(await holder()).not.toBe(held);
    command('/operator');
    await until(async () => (await owner()) === 'person');

    // One that comes back finds the place taken.
    await stage.start();
    await pause(6_000);
    expect(handshakes()).toBe(before + 2);
    expect(most()).toBe(1);
    expect(second.output()).not.toContain('a listener broke off');
  });
});
