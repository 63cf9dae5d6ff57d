import { randomInt } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import type { BridgeProcess } from '../../support/bridge-process.ts';
import { type MgProcessStage, setMgProcessStage } from '../../support/messagegateway-process-stage.ts';
import { trafficProblems } from '../../support/openapi-traffic.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';
import { startTwoWayTalk } from '../../support/two-way-talk.ts';

const dialogs = 10;
const numbers = 50;
const cuts = 50;

let stage: MgProcessStage | undefined;

afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A dialog apart, in which a manager gives the conversation away and takes it back: what only the socket tells. */
async function openSignals({ portal, gateway }: MgProcessStage): Promise<() => number> {
  const bot = ourBot(portal, 'line');
  const line = portal.addLine({ name: 'Передача', botId: bot.id, left: 'close' });
  const clientId = portal.addClient({ name: 'Клиент для передачи', lineId: line.id }).id;
  portal.clientWrites(clientId, 'Сначала бот');
  const dialog = () => gateway.dialogs().find(({ chatId }) => chatId === first()?.chatId);
  const first = () => gateway.messages().find(({ text }) => text === 'Сначала бот');
  await until(() => dialog() !== undefined);
  const botId = gateway.bots()[0]?.id ?? 0;
  let count = 0;
  return () => {
    count += 1;
    return gateway.runCommand(dialog()?.id ?? 0, botId, count % 2 === 1 ? '/operator' : '/bot');
  };
}

/** Everything that may go wrong at once, once per cut. */
function makeTrouble({ portal, gateway }: MgProcessStage, round: number): void {
  gateway.repeatWebhooks(4);
  portal.duplicateNextDelivery();
  if (round % 5 === 1) gateway.storm429({ times: 3, api: 'transport' });
  if (round % 5 === 2) gateway.storm429({ times: 1, api: 'bot' });
  if (round % 5 === 3) gateway.fail({ api: 'transport', path: '/messages', times: 1, kind: 'reset-after' });
  if (round % 5 === 4) portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'reset-after', times: 1 });
}

async function restart(app: BridgeProcess, on: MgProcessStage, signal: 'SIGTERM' | 'SIGKILL'): Promise<BridgeProcess> {
  await app.end(signal);
  if (signal === 'SIGKILL') await on.endLeases();
  // Somebody speaks while nobody is there.
  await pause(500);
  return await on.start();
}

describe('a thousand messages between customers and managers', () => {
  it('arrive once and in order, through 50 cut sockets, repeated webhooks, 429s and two restarts', {
    timeout: 240_000,
  }, async () => {
    const webhooks = { attempts: 1_000, retryDelayMs: 200 };
    stage = await setMgProcessStage({ webhooks, ackTimeoutMs: 120_000, crmRate: false });
    const { portal, gateway, probe } = stage;
    let app = await stage.start();
    await stage.connect();
    const signal = await openSignals(stage);
    const talk = await startTwoWayTalk({ portal, gateway, dialogs, numbers, pauseMs: 1_000 });
    const commands: number[] = [];
    for (let round = 0; round < cuts; round += 1) {
      await until(() => gateway.sockets().open === 1, 40_000);
      makeTrouble(stage, round);
      await pause(randomInt(20, 300));
      // Typed just before, at, or just after the cut.
      if (round % 2 === 0) commands.push(signal());
      gateway.cutSockets(round % 3 === 0 ? { code: 1000 } : {});
      if (round % 2 === 1) commands.push(signal());
      await until(() => gateway.sockets().open === 0);
      if (round === 15) app = await restart(app, stage, 'SIGTERM');
      if (round === 35) app = await restart(app, stage, 'SIGKILL');
    }
    await talk.finished;
    await until(() => talk.isCarried(), 60_000);
    await until(() => gateway.sockets().open === 1, 40_000);
    await everythingDone(portal, probe, 60_000);
    await gateway.idle();

    expect(talk.faults()).toEqual([]);
    expect(talk.unconfirmed()).toEqual([]);
    expect(await probe.rows(`select state, outcome from outbox where state in ('dead_letter', 'unknown')`)).toEqual([]);
    expect(await probe.rows(`select state, outcome from inbox_history where state = 'dead_letter'`)).toEqual([]);
    const heard = await probe.rows(
      `select subject, outcome from inbox_history where subject like 'command:%' order by seq`,
    );
    expect(heard).toEqual(
      commands.map((id, index) => ({
        subject: `command:${id}`,
        outcome: index % 2 === 0 ? 'handed_over' : 'handed_back',
      })),
    );
    // Troubles really came, or the test has proven nothing.
    expect(gateway.calls().filter(({ status }) => status === 429).length).toBeGreaterThan(20);
    expect(gateway.webhooks().filter(({ status }) => status === null).length).toBeGreaterThan(0);
    expect(trafficProblems(gateway.calls())).toEqual([]);
  });
});
