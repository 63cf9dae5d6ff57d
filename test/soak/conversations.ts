/** Customers and managers write at the same time while sockets are cut, webhooks repeated, calls refused and the app restarted. */

import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { MessageGatewayOptions } from '../../sandbox/messagegateway/options.ts';
import type { BridgeProcess } from '../support/bridge-process.ts';
import { type MgProcessStage, setMgProcessStage } from '../support/messagegateway-process-stage.ts';
import { trafficProblems } from '../support/openapi-traffic.ts';
import { everythingDone, ourBot } from '../support/talk.ts';
import { startTwoWayTalk, type TwoWayTalk } from '../support/two-way-talk.ts';
import { all, never, type Size, type Soak, shown, type Verdict, within } from './support/soak.ts';

interface Sizes {
  readonly dialogs: number;
  /** How many numbered messages are sent in each direction of each dialog. */
  readonly numbers: number;
  readonly cuts: number;
  /** Between two messages of one person. */
  readonly pauseMs: number;
  /** The number of the cut before which the app is stopped, and of the one before which it is killed. */
  readonly stopAt: number;
  readonly killAt: number;
}

const sizes: Readonly<Record<Size, Sizes>> = {
  full: { dialogs: 10, numbers: 50, cuts: 50, pauseMs: 1_000, stopAt: 15, killAt: 35 },
  short: { dialogs: 4, numbers: 6, cuts: 5, pauseMs: 400, stopAt: -1, killAt: 3 },
};

const patienceMs = 180_000;

export const conversations: Soak = {
  name: 'conversations',
  about:
    'a thousand messages both ways through 50 cut sockets, repeated webhooks, 429s and two restarts: once and in order',
  limitMinutes: 12,
  async run(soak, size) {
    const given = sizes[size];
    const webhooks = { attempts: 1_000, retryDelayMs: 200 };
    const options: MessageGatewayOptions = { webhooks, ackTimeoutMs: 240_000, crmRate: false };
    const stage = await setMgProcessStage(options, await soak.database());
    soak.endings.add(() => stage.close());
    const { portal, gateway, probe } = stage;
    const app = await stage.connect();
    const signal = await openSignals(stage);
    const { dialogs, numbers, pauseMs } = given;
    const talk = await startTwoWayTalk({ portal, gateway, dialogs, numbers, pauseMs });
    const commands = await makeTrouble(stage, given, app, signal);
    await talk.finished;
    const isCarried = await within(patienceMs, () => talk.isCarried());
    const listens = await within(patienceMs, () => gateway.sockets().open === 1);
    await everythingDone(portal, probe, patienceMs);
    await gateway.idle();
    return await judge(stage, { talk, given, commands, isCarried, listens });
  },
};

/** Opens one more dialog, in which a manager hands the conversation over and takes it back; only the socket reports that. */
async function openSignals({ portal, gateway }: MgProcessStage): Promise<() => number> {
  const bot = ourBot(portal, 'line');
  const line = portal.addLine({ name: 'Передача', botId: bot.id, left: 'close' });
  const clientId = portal.addClient({ name: 'Клиент для передачи', lineId: line.id }).id;
  portal.clientWrites(clientId, 'Сначала бот');
  const first = () => gateway.messages().find(({ text }) => text === 'Сначала бот');
  const dialog = () => gateway.dialogs().find(({ chatId }) => chatId === first()?.chatId);
  if (!(await within(patienceMs, () => dialog() !== undefined))) throw new Error('the first message did not arrive');
  const botId = gateway.bots()[0]?.id ?? 0;
  let count = 0;
  return () => {
    count += 1;
    return gateway.runCommand(dialog()?.id ?? 0, botId, count % 2 === 1 ? '/operator' : '/bot');
  };
}

/** Cuts the socket repeatedly, each time with another fault. Returns the commands that were typed just before or after a cut. */
async function makeTrouble(
  stage: MgProcessStage,
  { cuts, stopAt, killAt }: Sizes,
  first: BridgeProcess,
  signal: () => number,
): Promise<readonly number[]> {
  const { gateway } = stage;
  const commands: number[] = [];
  let app = first;
  for (let round = 0; round < cuts; round += 1) {
    if (!(await within(patienceMs, () => gateway.sockets().open === 1))) throw new Error('nobody listens any more');
    spoil(stage, round);
    await delay(randomInt(20, 300));
    if (round % 2 === 0) commands.push(signal());
    gateway.cutSockets(round % 3 === 0 ? { code: 1000 } : {});
    if (round % 2 === 1) commands.push(signal());
    await within(patienceMs, () => gateway.sockets().open === 0);
    if (round === stopAt) app = await restart(app, stage, 'SIGTERM');
    if (round === killAt) app = await restart(app, stage, 'SIGKILL');
  }
  return commands;
}

function spoil({ portal, gateway }: MgProcessStage, round: number): void {
  gateway.repeatWebhooks(4);
  portal.duplicateNextDelivery();
  if (round % 5 === 1) gateway.storm429({ times: 3, api: 'transport' });
  if (round % 5 === 2) gateway.storm429({ times: 1, api: 'bot' });
  if (round % 5 === 3) gateway.fail({ api: 'transport', path: '/messages', times: 1, kind: 'reset-after' });
  if (round % 5 === 4) portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'reset-after', times: 1 });
}

async function restart(app: BridgeProcess, on: MgProcessStage, signal: 'SIGTERM' | 'SIGKILL'): Promise<BridgeProcess> {
  await app.end(signal);
  // Somebody writes while the app is not running.
  await delay(500);
  return await on.start();
}

interface Outcome {
  readonly talk: TwoWayTalk;
  readonly given: Sizes;
  readonly commands: readonly number[];
  readonly isCarried: boolean;
  readonly listens: boolean;
}

async function judge({ gateway, probe }: MgProcessStage, outcome: Outcome): Promise<readonly Verdict[]> {
  const { talk, given, commands } = outcome;
  const heard = await probe.rows(
    `select subject, outcome from inbox_history where subject like 'command:%' order by seq`,
  );
  const wanted = commands.map((id, at) => `command:${id} ${at % 2 === 0 ? 'handed_over' : 'handed_back'}`);
  const seen = heard.map(({ subject, outcome: what }) => `${String(subject)} ${String(what)}`);
  const faults = talk.faults();
  const givenUp = await probe.count(
    `select (select count(*) from outbox where state in ('dead_letter', 'unknown'))
       + (select count(*) from inbox_history where state = 'dead_letter')`,
  );
  const statuses = gateway.calls().map(({ status }) => status);
  return [
    shown('messages', `${2 * given.dialogs * given.numbers}, ${given.cuts} cuts`),
    all(
      'all messages delivered, and the socket is listened to',
      Number(outcome.isCarried) + Number(outcome.listens),
      2,
    ),
    never('dialogs with anything lost, doubled or out of turn', faults.length, faults[0]),
    never('messages of managers not confirmed', talk.unconfirmed().length),
    never('dead letters, or results unknown', givenUp),
    all('commands heard once and in order', seen.join() === wanted.join() ? wanted.length : 0, wanted.length),
    never('calls against the published documents', trafficProblems(gateway.calls()).length),
    // The faults must have happened, otherwise the run proves nothing.
    all('kinds of faults that happened', Number(statuses.includes(429)) + Number(hasRepeated(gateway)), 2),
  ];
}

function hasRepeated(gateway: MgProcessStage['gateway']): boolean {
  return gateway.webhooks().some(({ status }) => status === null);
}
