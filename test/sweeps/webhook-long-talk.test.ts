/** A conversation of 200 turns while both directions fail in every way: each turn is answered once, in order. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FaultKind } from '../../sandbox/webhook/webhook-server.ts';
import { until } from '../support/bridge.ts';
import { undocumentedTraffic } from '../support/webhook-documents.ts';
import { startWebhookStage, type WebhookStage } from '../support/webhook-stage.ts';

const turns = 200;

let stage: WebhookStage;

beforeAll(async () => {
  stage = await startWebhookStage({ way: 'early', config: { timeoutSeconds: 1 } });
});
afterAll(() => stage.close());

/** One in eight turns meets a fault; silence costs a second, so it comes once. */
const faults: readonly FaultKind[] = [500, 429, 'late', 'garbage', 'reset-before', 'late', 500, 429];

it('loses and doubles nothing', async () => {
  const { server, bridge } = stage;
  const person = stage.person();
  for (let turn = 1; turn <= turns; turn += 1) {
    const fault = turn % 8 === 0 ? faults[(turn / 8) % faults.length] : undefined;
    if (fault !== undefined) server.faults.order({ kind: fault, times: 1 });
    if (turn === 100) server.faults.order({ kind: 'hang', times: 1 });
    if (turn % 20 === 0) server.sender.repeat(2);
    if (turn % 25 === 0)
      bridge.portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'reset-after', times: 1 });
    // The server answers in both ways that keep its order without a wait. A response that is garbage holds no answer.
    if (turn % 10 === 1) server.way = server.way === 'early' ? 'in-call' : 'early';
    if (fault === 'garbage') server.way = 'early';
    person.write(`ход ${turn}`);
    await bridge.portal.idle();
    if (turn % 10 === 0) await until(() => person.answers().length >= turn);
  }
  await stage.done();
  expect(person.answers()).toEqual(Array.from({ length: turns }, (_, index) => `re: ход ${index + 1}`));
  expect(undocumentedTraffic(server)).toEqual([]);
  const sent = new Set(server.heard.map(({ id }) => id));
  // Faults made repetitions: otherwise this test would have shown nothing.
  expect(server.heard.length).toBeGreaterThan(sent.size);
});
