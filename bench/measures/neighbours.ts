/**
 * How long customers of quiet portals wait while one of the 100 portals is flooded with messages. It is measured twice with the same load on
 * the machine: once the flooded portal belongs to another app, once to the same app. The difference is the delay that the app itself causes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Generator, startGenerator } from '../load/start-generator.ts';
import type { AppProcess } from '../support/app-process.ts';
import type { Measure } from '../support/bench.ts';
import { startChild } from '../support/child.ts';
import { atMostTimes, figureOf, median, shown } from '../support/figures.ts';
import { customers, installNeighbours, latencies, p99, startLimitedApp } from '../support/limited-stage.ts';

const name = 'neighbours';
const neighbours = 99;
/** Time before the first measurement, in which the request budget of the flooded portal is used up. */
const floodingMs = 3_000;

/** Interval of the floods: they have twice as many messages as the portal's budget allows to be answered. */
const floodEveryMs = 2_000;

/** Floods the app's recorded portal until it is ended. A separate process sends these requests, not the one that measures. */
function flood(generator: Generator, app: AppProcess): () => Promise<void> {
  let isEnding = false;
  const load = { port: app.port, path: '/bitrix24/events', messages: customers, dialogs: customers };
  const work = (async () => {
    while (!isEnding) await Promise.all([generator.run(load), delay(floodEveryMs)]);
  })();
  return async () => {
    isEnding = true;
    await work;
  };
}

export const measureNeighbours: Measure = async (bench) => {
  const { endings, server, plan } = bench;
  const portals = await startChild(endings, new URL('../remotes/limited-portals.ts', import.meta.url));
  const generator = await startGenerator(endings);
  const own = await startLimitedApp({ bench, portals }, 'main');
  const stage = { bench, app: own.app, portals, database: own.database };
  const quiet = await installNeighbours(stage, own, neighbours);
  const measureWhile = async (flooded: AppProcess): Promise<number[]> => {
    const end = flood(generator, flooded);
    await delay(floodingMs);
    const measured = await latencies(stage, quiet, plan.latencyMessages);
    await end();
    return measured;
  };
  const other = await startLimitedApp({ bench, portals }, 'elsewhere');
  const apart = await measureWhile(other.app);
  await other.app.stop();
  const beside = await measureWhile(own.app);
  for (const one of [own.app, portals, generator]) await one.stop();
  for (const { database } of [own, other]) await server.drop(database);
  const figure = (subject: string, values: readonly number[]) => figureOf(subject, 'ms', values);
  return [
    atMostTimes(
      name,
      figure('p99 of quiet portals beside a flooded one', [p99(beside)]),
      1.1,
      figure('p99 of them, another app has it', [p99(apart)]),
    ),
    shown(
      name,
      figure('median of quiet portals beside a flooded one', [median(beside)]),
      figure('median of them, another app has it', [median(apart)]),
    ),
  ];
};
