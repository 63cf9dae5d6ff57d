/** `portals move` ended by kill -9, while people write. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTwoCells, type TwoCells } from '../../integration/cells/two-cells.ts';
import { install } from '../../support/bridge.ts';
import { compileCache } from '../../support/compile-cache.ts';
import { startNumberedTalk } from '../../support/numbered-talk.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';

const command = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));

let two: TwoCells;

beforeAll(async () => {
  two = await startTwoCells();
  await two.cli('cells', 'drain', '--name', 'second');
  await install(two.own.bridge);
  await everythingDone(two.own.bridge.portal, two.first.probe);
});

afterAll(() => two?.close());

it('a move that is killed at any of its steps, or a moment later, is finished by the next command; nothing is lost, doubled or out of turn', async () => {
  const { portal } = two.own.bridge;
  const talk = startNumberedTalk({
    ...{ portal, bot: ourBot(portal, 'assistant'), dialogs: 3, pauseMs: 40 },
    url: () => two.first.url,
  });
  await talk.goOn(6);
  // At its first step, at its second, …; each once at once and once a moment later.
  let kills = 0;
  for (let moment = 0; ; moment += 1) {
    const isKilled = await moveAndKill(1 + Math.floor(moment / 2), (moment % 2) * 25);
    if (!isKilled) break;
    kills += 1;
    await talk.goOn(3);
  }
  expect(kills).toBeGreaterThanOrEqual(6);
  await talk.goOn(6);
  await talk.finish();
  await everythingDone(portal, two.second.probe);
  expect(talk.faults()).toEqual([]);
  expect([...talk.refusals()]).toEqual([]);
  expect(await two.first.probe.rowCounts(portal.memberId)).toEqual({});
});

/**
 * Moves the portal to the second cell by a command of its own, and kills that after its n-th step has begun and the milliseconds have passed. False:
 * it has ended before, with success.
 */
async function moveAndKill(step: number, afterMs: number): Promise<boolean> {
  const words = [
    'portals',
    'move',
    '--portal',
    two.own.bridge.portal.memberId,
    '--to',
    'second',
    '--settle-seconds',
    '0.05',
  ];
  const child = spawn(process.execPath, [command, ...words], {
    env: { ...process.env, ...compileCache, ...two.first.environment, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let killing: NodeJS.Timeout | undefined;
  const onText = (text: string): void => {
    said += text;
    if (said.split('moving a portal').length > step) killing ??= setTimeout(() => child.kill('SIGKILL'), afterMs);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onText);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(killing);
  if (signal === 'SIGKILL') return true;
  // The server has not yet noticed that the command before was killed.
  if (said.includes('move.under_way')) return await moveAndKill(step, afterMs);
  expect([code, said]).toEqual([0, expect.stringContaining('lives in second')]);
  return false;
}
