/** A new version is put in the place of the old one while people write: nothing is lost, and nobody is refused. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inheritedSocket } from '../../../src/lib/inherited-socket.ts';
import { until } from '../../support/bridge.ts';
import type { BridgeProcess } from '../../support/bridge-process.ts';
import { freePort } from '../../support/free-port.ts';
import { type NumberedTalk, startNumberedTalk } from '../../support/numbered-talk.ts';
import { expectNothingGivenUp, type ProcessStage, withStage } from '../../support/process-stage.ts';
import { ourBot } from '../../support/talk.ts';

const dialogs = 4;
const root = fileURLToPath(new URL('../../../', import.meta.url));
const script = fileURLToPath(new URL('../../support/kept-socket.pl', import.meta.url));

interface Balancer {
  add(process: BridgeProcess): Promise<void>;
  url(): string;
  isReady(process: BridgeProcess): boolean;
  stop(): Promise<void>;
}

/** Sends requests in turn to the processes that say that they are ready, and asks each of them often. */
function startBalancer(): Balancer {
  const known: BridgeProcess[] = [];
  const ready = new Set<BridgeProcess>();
  let turn = 0;
  let isStopping = false;
  async function look(process: BridgeProcess): Promise<void> {
    const status = await fetch(`${process.url}/readyz`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) ready.add(process);
    else ready.delete(process);
  }
  const looking = (async () => {
    while (!isStopping) {
      await Promise.all(known.map(look));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    async add(process) {
      known.push(process);
      await until(() => ready.has(process));
    },
    url() {
      const all = [...ready];
      turn += 1;
      return all[turn % all.length]?.url ?? 'http://127.0.0.1:1';
    },
    isReady: (process) => ready.has(process),
    async stop() {
      isStopping = true;
      await looking;
    },
  };
}

async function expectNothingLost(stage: ProcessStage, talk: NumberedTalk): Promise<void> {
  await talk.finish();
  await stage.probe.quiet(120_000);
  expect([...talk.refusals()]).toEqual([]);
  expect(talk.faults()).toEqual([]);
  await expectNothingGivenUp(stage);
}

describe('a deploy under load', () => {
  it('behind a load balancer: the old process serves on until nobody sends it anything', () =>
    withStage(async (stage) => {
      const settings = { DRAIN_SECONDS: '4' };
      const old = await stage.start(settings);
      await stage.install();
      const balancer = startBalancer();
      await balancer.add(old);
      const bot = ourBot(stage.portal, 'assistant');
      const talk = startNumberedTalk({ portal: stage.portal, bot, url: () => balancer.url(), dialogs, pauseMs: 5 });
      await talk.goOn(2 * dialogs);
      await balancer.add(await stage.start(settings, await freePort()));
      await talk.goOn(dialogs);
      expect(await old.end('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(balancer.isReady(old)).toBe(false);
      await talk.goOn(dialogs);
      await expectNothingLost(stage, talk);
      await balancer.stop();
    }));

  it('on one socket that stays open: who connects while the process is replaced waits for the next one', () =>
    withStage(async (stage) => {
      const first = await stage.start();
      await stage.install();
      // While it says that it is not ready, each answer closes its connection: at the end nobody has one open on which to send more.
      const environment = { ...stage.environment(), DRAIN_SECONDS: '2' };
      await first.end('SIGTERM');
      const keeper = spawn('perl', [script, process.execPath, 'src/launch.js'], {
        cwd: root,
        env: environment,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [line] = (await once(keeper.stdout, 'data')) as [Buffer];
      keeper.stdout.resume();
      const url = `http://127.0.0.1:${Number(String(line).split('\n')[0])}`;
      try {
        const bot = ourBot(stage.portal, 'assistant');
        const talk = startNumberedTalk({ portal: stage.portal, bot, url: () => url, dialogs, pauseMs: 5 });
        await talk.goOn(dialogs);
        for (let deploy = 0; deploy < 2; deploy += 1) {
          const before = await workers(stage);
          keeper.kill('SIGHUP');
          await until(async () => (await workers(stage)) !== before);
          await talk.goOn(2 * dialogs);
        }
        await expectNothingLost(stage, talk);
      } finally {
        const ended = once(keeper, 'exit');
        keeper.kill('SIGTERM');
        await ended;
      }
    }));

  it('takes the socket only where it is meant for this process', () => {
    expect(inheritedSocket({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7)).toBe(3);
    expect(inheritedSocket({ LISTEN_PID: '8', LISTEN_FDS: '1' }, 7)).toBeNull();
    expect(inheritedSocket({ LISTEN_PID: '7' }, 7)).toBeNull();
    expect(inheritedSocket({}, 7)).toBeNull();
  });
});

/** The ids of the worker processes. */
async function workers({ probe }: ProcessStage): Promise<string> {
  return JSON.stringify(await probe.rows('select id from worker where started_at is not null order by id'));
}
