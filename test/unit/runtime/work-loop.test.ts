import { expect, it } from 'vitest';
import { createWakeup } from '../../../src/runtime/wakeup.ts';
import { startWorkLoop } from '../../../src/runtime/work-loop.ts';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';

/** Runs rounds with these results, then rounds without work; gives back what each round was told. */
async function roundsOf(results: readonly (boolean | Error)[], { pollMs, rings }: { pollMs: number; rings: number }) {
  const polls: boolean[] = [];
  const wakeup = createWakeup();
  const loop = startWorkLoop({
    name: 'test',
    wakeup,
    log: captureLog().log,
    pollMs,
    round: (_signal, isPoll): Promise<boolean> => {
      const result = results[polls.length] ?? false;
      polls.push(isPoll);
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
  });
  for (let rung = 0; rung < rings; rung += 1) {
    const before = polls.length;
    wakeup.ring();
    await until(() => polls.length > before);
  }
  await until(() => polls.length > results.length);
  await loop.stop();
  return polls;
}

it('a round is told that it is a poll only where the loop has slept for its whole time', async () => {
  const [first, second, third, fourth] = await roundsOf([true, true, false], { pollMs: 1, rings: 0 });
  expect([first, second, third, fourth]).toEqual([false, false, false, true]);
});

it('a round that was rung for is no poll', async () => {
  expect(new Set(await roundsOf([], { pollMs: 3_600_000, rings: 3 }))).toEqual(new Set([false]));
});

it('a round after one that failed is no poll', async () => {
  const [, poll, afterFailure] = await roundsOf([false, new Error('failed')], { pollMs: 1, rings: 0 });
  expect([poll, afterFailure]).toEqual([true, false]);
});

it('a loop sleeps before its first round where that is wanted, and is stopped meanwhile', async () => {
  let rounds = 0;
  const round = () => {
    rounds += 1;
    return Promise.resolve(false);
  };
  const shared = { name: 'test', wakeup: createWakeup(), log: captureLog().log, pollMs: 3_600_000, round };
  await startWorkLoop({ ...shared, firstMs: 3_600_000 }).stop();
  expect(rounds).toBe(0);
  const loop = startWorkLoop({ ...shared, firstMs: 1 });
  await until(() => rounds === 1);
  await loop.stop();
});
