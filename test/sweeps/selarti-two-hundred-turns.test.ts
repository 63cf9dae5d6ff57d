/** One conversation of 200 turns while everything goes wrong that can: nothing is lost, doubled or out of order. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FaultKind } from '../../sandbox/selarti/options.ts';
import { listDeadLetters } from '../../src/store/reporting/history.ts';
import { environmentOf, runCli } from '../integration/cli/run-cli.ts';
import { until } from '../support/bridge.ts';
import {
  openSelartiTalk,
  type SelartiAppStage,
  type SelartiLineTalk,
  startSelartiStage,
} from '../support/selarti-stage.ts';

const turns = 200;
const answerTo = (text: string): string => `re: ${text}`;

/** Before which turns the next call goes wrong, and how. */
const faults: ReadonlyMap<number, FaultKind> = new Map<number, FaultKind>([
  [10, 500],
  [25, 'reset-after'],
  [40, 429],
  [55, 'fail-after'],
  [70, 'hang-after'],
  [85, 502],
  [100, 'reset-after'],
  [120, 'slow'],
  [140, 'fail-after'],
  [150, 429],
  [170, 500],
  [185, 'hang-after'],
  // The call is cut before Selarti has done anything, which nobody on this side can know.
  [60, 'reset-before'],
  [130, 'reset-before'],
]);
const isUnknowable = (turn: number): boolean => ['reset-before', 502].includes(faults.get(turn) ?? '');

let stage: SelartiAppStage;
let talk: SelartiLineTalk;

beforeAll(async () => {
  stage = await startSelartiStage({
    selarti: { answer: answerTo, webhooks: { retryDelayMs: 50 } },
    config: { requestTimeoutMs: 1_500, echoWaitMs: 2_000 },
  });
  talk = await openSelartiTalk(stage, 'start');
});
afterAll(() => stage.close());

const heard = (): string[] =>
  stage.selarti.messages(talk.ref).flatMap(({ type, text }) => (type === 'user' ? [text] : []));

/** A fault hits the turn it is meant for: whatever was said before has arrived, or never will. */
async function makeTrouble(turn: number): Promise<void> {
  const { selarti } = stage;
  const kind = faults.get(turn);
  if (kind !== undefined) {
    const never = [...faults.keys()].filter((one) => one < turn && isUnknowable(one)).length;
    await until(() => heard().length === turn - never);
    selarti.fail({ kind, times: 1, ms: 300 });
  }
  if (turn % 20 === 0) selarti.repeatWebhooks(3);
  if (turn % 45 === 0) selarti.expireTokens();
  // In every other stretch the webhooks of a message come before its call is answered.
  selarti.answersEarly = Math.floor(turn / 30) % 2 === 1;
}

async function unknownFates() {
  const steps = await listDeadLetters(stage.db, stage.bridge.portal.memberId);
  return steps.map(({ side, state, lane, seq }) => ({ side, state, lane, seq }));
}

it('carries 200 turns both ways, once and in order, and lists what nobody can know', async () => {
  const { bridge, selarti } = stage;
  const said = Array.from({ length: turns }, (_, index) => `turn ${index + 1}`);
  for (const [index, text] of said.entries()) {
    await makeTrouble(index + 1);
    talk.write(text);
    await bridge.portal.idle();
  }
  await stage.done();
  const isLost = (_: string, index: number): boolean => isUnknowable(index + 1);
  const arrived = ['start', ...said.filter((text, index) => !isLost(text, index))];
  expect(heard()).toEqual(arrived);
  expect(talk.shown()).toEqual(arrived.map(answerTo));
  const listed = await unknownFates();
  expect(listed.map(({ side, state }) => `${side} ${state}`)).toEqual(Array(3).fill('brain unknown'));

  // A person decides that they are sent again.
  for (const { lane, seq } of listed) {
    const chosen = ['--queue', 'outbox', '--lane', lane, '--seq', String(seq)];
    expect((await runCli(environmentOf(stage), ['dead-letters', 'replay', ...chosen])).code).toBe(0);
    await stage.done();
  }
  const replayed = said.filter(isLost);
  expect(heard()).toEqual([...arrived, ...replayed]);
  expect(talk.shown()).toEqual([...arrived, ...replayed].map(answerTo));
  expect(await unknownFates()).toEqual([]);
  // Troubles really came, or the run has proven nothing.
  const statuses = new Set(selarti.calls().map(({ status }) => status));
  for (const status of [0, 200, 401, 429, 500, 502]) expect(statuses).toContain(status);
});
