/**
 * How much time an otherwise idle bridge adds: from the event at the endpoint to the call at MessageGateway, and from the webhook at the
 * endpoint to the call at the portal, including all storing. Compared with a bare HTTP round trip.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Measure } from '../support/bench.ts';
import { atMost, type Figure, figureOf, shown, type Verdict } from '../support/figures.ts';
import { startTwoWayMessages } from '../support/two-way-messages.ts';

const name = 'mg-latency';

/** Delay between two messages, so that no call waits for a token's limit and each message finds an idle app. */
const gapMs = 100;
/** Messages in each direction before the measurement, because the first one of a dialog also causes greetings and set-up. */
const warmMessages = 20;

/** The milliseconds that may be added in each direction: median and 95th percentile. */
const bars = { p50: 5, p95: 15 };

export const measureMgLatency: Measure = async (bench) => [
  ...(await measureWith(bench, 'one process', ['web,worker'])),
  ...(await measureWith(bench, 'web and worker apart', ['web', 'worker'])),
];

async function measureWith(
  { endings, plan, server, say }: Bench,
  how: string,
  processes: readonly string[],
): Promise<readonly Verdict[]> {
  const databaseUrl = await server.createMigrated('latency');
  const messages = await startTwoWayMessages({ endings, databaseUrl, processes });
  const there: number[] = [];
  const back: number[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn < warmMessages + plan.latencyMessages; turn += 1) {
    there.push(await messages.there());
    await delay(gapMs);
    back.push(await messages.back());
    await delay(gapMs);
    bare.push(await messages.bare());
    if (turn % 100 === 99) say(`${how}: ${turn + 1} messages each way`);
  }
  await messages.stop();
  await server.drop('latency');
  const raw = figure('bare HTTP round trip', bare);
  return [
    ...verdicts(`Bitrix24 event → MessageGateway call, ${how}`, there, raw),
    ...verdicts(`MessageGateway answer → Bitrix24 call, ${how}`, back, raw),
  ];
}

const counted = (all: readonly number[]): readonly number[] => all.slice(warmMessages);

function p95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
}

function verdicts(subject: string, all: readonly number[], bare: Figure): Verdict[] {
  const added = counted(all).map((ms) => ms - bare.median);
  return [
    shown(name, figure(subject, all), bare),
    atMost(name, figureOf(`${subject}: added, p50`, 'ms', added), bars.p50),
    atMost(name, figureOf(`${subject}: added, p95`, 'ms', [p95(added)]), bars.p95),
  ];
}

function figure(subject: string, all: readonly number[]): Figure {
  const values = counted(all);
  return figureOf(subject, 'ms', values, `p95 ${p95(values).toFixed(1)} ms, ${values.length} messages`);
}
