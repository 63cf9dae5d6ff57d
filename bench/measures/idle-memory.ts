/** How much memory the app takes while nothing happens. */
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startAppProcess } from '../support/app-process.ts';
import type { Measure } from '../support/bench.ts';
import { atMost, figureOf } from '../support/figures.ts';

const limitMb = 120;

export const measureIdleMemory: Measure = async ({ endings, plan, server, say }) => {
  const databaseUrl = await server.createMigrated('idle');
  const runs: number[] = [];
  // The first start after an installation of the packages compiles; every later one finds that done.
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

/** Resident memory of a process in megabytes (10^6 bytes); `ps` counts in units of 1 024 bytes. */
async function residentMb(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return (Number(stdout.trim()) * 1_024) / 1_000_000;
}
