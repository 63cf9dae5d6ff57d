/** Waits until other programs leave the processor idle: on a shared machine they distort the figures. */
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Other programs may use up to this share of the processor; the database and this process use a little themselves. */
export const quietShare = 0.08;

const sampleMs = 1_000;

/** Resolves when the processor is idle, or after `patienceSeconds`. Returns the share of the processor that was used in the last second. */
export async function waitForQuiet(patienceSeconds: number): Promise<number> {
  const end = performance.now() + patienceSeconds * 1000;
  let share = await busyShare();
  while (share > quietShare && performance.now() < end) share = await busyShare();
  return share;
}

async function busyShare(): Promise<number> {
  const before = spent();
  await delay(sampleMs);
  const after = spent();
  const all = after.all - before.all;
  return all === 0 ? 0 : 1 - (after.idle - before.idle) / all;
}

/** Milliseconds of all cores since the machine was started. */
function spent(): { readonly all: number; readonly idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.irq + times.idle;
    idle += times.idle;
  }
  return { all, idle };
}
