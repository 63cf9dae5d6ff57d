/** A conversation of 200 turns while both directions fail in every way: each turn is answered once, in order. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FaultKind } from '../../../sandbox/webhook/webhook-server.ts';
import { until } from '../../support/bridge.ts';
import { undocumentedTraffic } from '../../support/webhook-documents.ts';
import { startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';

const turns = 200;

let stage: WebhookStage;

beforeAll(async () => {
  stage = await startWebhookStage({ way: 'later', config: { timeoutSeconds: 1 } });
});
afterAll(() => stage.close());

/** One in eight turns meets a fault; silence costs a second each, so there are two of them. */
const faults: readonly FaultKind[] = [500, 429, 'late', 'garbage', 'reset-before', 500, 'late', 429];

it('loses and doubles nothing', async () => {
  const { server, bridge } = stage;
  const person = stage.person();
  for (let turn = 1; turn <= turns; turn += 1) {
    if (turn % 8 === 0) server.faults.order({ kind: faults[(turn / 8) % faults.length] ?? 500, times: 1 });
    if (turn % 90 === 0) server.faults.order({ kind: 'hang', times: 1 });
    if (turn % 20 === 0) server.sender.repeat(2);
    if (turn % 25 === 0) bridge.portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'reset-after', times: 1 });
    // The server answers in one way after the other.
    server.way = turn % 3 === 0 ? 'in-call' : turn % 3 === 1 ? 'later' : 'early';
    person.write(`ход ${turn}`);
    await bridge.portal.idle();
    // A server that answers in different ways keeps its own order only when it has answered.
    await until(() => person.answers().length >= turn, 30_000);
  }
  await stage.settled();
  expect(person.answers()).toEqual(Array.from({ length: turns }, (_, index) => `re: ход ${index + 1}`));
  expect(undocumentedTraffic(server)).toEqual([]);
  const sent = new Set(server.heard.map(({ id }) => id));
  // Faults made repetitions: otherwise this test would have shown nothing.
  expect(server.heard.length).toBeGreaterThan(sent.size);
});
