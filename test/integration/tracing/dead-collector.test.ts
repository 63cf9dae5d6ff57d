/** A collector that fails costs nobody an answer, and a shutdown no more than two seconds. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { freePort } from '../../support/free-port.ts';
import { expectToAnswer, type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { type CollectorMode, startTraceCollector } from '../../support/trace-collector.ts';

const refusal = 'traces are not taken by their collector';

async function startTraced(url: string) {
  const captured = captureLog();
  const own = await startInstalled({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: url }, log: captured.log });
  return { own, refusals: () => captured.text().split(refusal).length - 1 };
}

/** How long the app takes to stop. */
async function stopTime({ bridge }: OwnBridge): Promise<number> {
  const startedAt = performance.now();
  await bridge.stop();
  return performance.now() - startedAt;
}

it.each(['hangs', 'breaks', 'busy', 'refuses'] satisfies CollectorMode[])(
  'a collector that %s is told of once, and nobody waits for it',
  async (mode) => {
    const collector = await startTraceCollector(mode);
    const { own, refusals } = await startTraced(collector.url);
    for (let turn = 0; turn < 5; turn += 1) await expectToAnswer(own.bridge);
    await until(() => collector.requests() > 0);
    if (mode !== 'hangs') await until(() => refusals() > 0);
    await delay(500);
    expect(refusals()).toBeLessThanOrEqual(1);
    // Besides the two seconds the app finishes its other work, on a busy machine.
    expect(await stopTime(own)).toBeLessThan(10_000);
    expect(refusals()).toBeGreaterThan(0);
    await own.close();
    await collector.close();
  },
);

it('nobody waits for a collector that is not there', async () => {
  const { own, refusals } = await startTraced(`http://127.0.0.1:${await freePort()}`);
  await expectToAnswer(own.bridge);
  await until(() => refusals() === 1);
  await expectToAnswer(own.bridge);
  expect(await stopTime(own)).toBeLessThan(10_000);
  await own.close();
});

it('takes garbage with a status of success for success', async () => {
  const collector = await startTraceCollector('garbage');
  const { own, refusals } = await startTraced(collector.url);
  await expectToAnswer(own.bridge);
  await until(() => collector.requests() > 1);
  expect(refusals()).toBe(0);
  const figures = await (await fetch(`${own.bridge.url}/metrics`)).text();
  expect(Number(/bridge_trace_spans_total\{result="sent"\} (\d+)/.exec(figures)?.[1])).toBeGreaterThan(0);
  expect(figures).not.toContain('bridge_trace_spans_total{result="dropped"}');
  await own.close();
  await collector.close();
});

it('sends at its end what has not been sent yet', async () => {
  const collector = await startTraceCollector();
  const { own } = await startTraced(collector.url);
  await expectToAnswer(own.bridge);
  await own.bridge.stop();
  const last = collector.spans.map(({ name }) => name).slice(-8);
  expect(last).toContain('execute send');
  await own.close();
  await collector.close();
});
