/** How much memory the app takes while nothing happens. */
import { setTimeout as delay } from 'node:timers/promises';
import { startAppProcess } from '../support/app-process.ts';
import type { Measure } from '../support/bench.ts';
import { atMost, figureOf } from '../support/figures.ts';
import { residentMb } from '../support/resident-memory.ts';

const limitMb = 120;

export const measureIdleMemory: Measure = async ({ endings, plan, server, say }) => {
  const databaseUrl = await server.createMigrated('idle');
  const runs: number[] = [];
  // The first start after an installation of the packages compiles them; later starts use the cache.
  await (await startAppProcess({ endings, databaseUrl })).stop();
  for (let turn = 0; turn < plan.idleRuns; turn += 1) {
    const app = await startAppProcess({ endings, databaseUrl });
    await delay(plan.idleSeconds * 1000);
    const megabytes = await residentMb(app.pid);
    say(`${megabytes.toFixed(1)} MB`);
    runs.push(megabytes);
    await app.stop();
  }
  await server.drop('idle');
  return [
    atMost('memory', figureOf('app idle, all roles', 'MB', runs, `resident after ${plan.idleSeconds} s`), limitMb),
  ];
};
