import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { startNumberedTalk } from '../../support/numbered-talk.ts';
import { type ProcessStage, setStage } from '../../support/process-stage.ts';
import { ourBot } from '../../support/talk.ts';

/** Runs a test on a stage of its own, so that tests can run side by side. */
async function withStage(work: (stage: ProcessStage) => Promise<void>): Promise<void> {
  const stage = await setStage();
  try {
    await work(stage);
  } finally {
    await stage.close();
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function expectNothingGivenUp({ probe }: ProcessStage): Promise<void> {
  expect(await probe.rows(`select outcome from outbox where state in ('dead_letter', 'unknown')`)).toEqual([]);
  expect(await probe.rows(`select outcome from inbox_history where state = 'dead_letter'`)).toEqual([]);
}

describe('two processes on one database', () => {
  it('share the work, and the one goes on alone when the other is killed', { timeout: 60_000 }, () =>
    withStage(async (stage) => {
      const { portal, probe } = stage;
      const first = await stage.start();
      const second = await stage.start({}, await freePort());
      await stage.install();
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', ms: 10, times: 1_000_000 });
      let urls = [first.url, second.url];
      const talk = startNumberedTalk({
        portal,
        bot: ourBot(portal, 'assistant'),
        url: () => urls[randomInt(urls.length)] ?? first.url,
        dialogs: 12,
        pauseMs: 5,
      });
      await pause(2_000);
      await second.end('SIGKILL');
      urls = [first.url];
      await pause(1_500);
      await talk.finish();
      // What the dead one had leased is free at once: quiet comes long before the minute of its leases is over.
      await probe.quiet();
      expect(talk.faults()).toEqual([]);
      expect(talk.acknowledged()).toBeGreaterThan(12);
      await expectNothingGivenUp(stage);
    }),
  );

  it('keep to exactly once when their leases end under their hands', { timeout: 60_000 }, () =>
    withStage(async (stage) => {
      const { portal, probe } = stage;
      const first = await stage.start();
      const second = await stage.start({}, await freePort());
      await stage.install();
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', ms: 10, times: 1_000_000 });
      const talk = startNumberedTalk({
        portal,
        bot: ourBot(portal, 'assistant'),
        url: () => (randomInt(2) === 0 ? first.url : second.url),
        dialogs: 12,
        pauseMs: 5,
      });
      for (let round = 0; round < 40; round += 1) {
        await pause(50);
        await probe.endLeases();
      }
      await talk.finish();
      await probe.quiet();
      expect(talk.faults()).toEqual([]);
      expect(talk.refusals().size).toBe(0);
      await expectNothingGivenUp(stage);
    }),
  );
});

describe('a process told to stop under load', () => {
  it.concurrent('finishes what it has taken, quickly, and loses nothing', { timeout: 60_000 }, () =>
    withStage(async (stage) => {
      const { portal, start, probe } = stage;
      let app = await start();
      await stage.install();
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', ms: 30, times: 1_000_000 });
      const talk = startNumberedTalk({ portal, bot: ourBot(portal, 'assistant'), url: () => app.url, dialogs: 12 });
      for (let round = 0; round < 3; round += 1) {
        await pause(1_000);
        const asked = performance.now();
        const exit = await app.end('SIGTERM');
        expect(exit, app.output()).toEqual({ code: 0, signal: null });
        expect(performance.now() - asked).toBeLessThan(10_000);
        // Nobody holds a lane any more: the next process need not wait for any lease to end.
        const held = await probe.rows(`select queue, key from lane where locked_by is not null and seq > done`);
        expect(held, app.output()).toEqual([]);
        app = await start();
      }
      await talk.finish();
      await probe.quiet();
      await expectNothingGivenUp(stage);
      expect(talk.faults()).toEqual([]);
    }),
  );

  it.concurrent('exits also while the portal does not answer at all', { timeout: 60_000 }, () =>
    withStage(async (stage) => {
      const { portal, start, probe } = stage;
      const app = await start();
      await stage.install();
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'hang', times: 3 });
      const userId = portal.addEmployee({ name: 'Терпеливый Тит' }).id;
      portal.employeeWritesPrivate(userId, ourBot(portal, 'assistant').id, 'Слышно?');
      await pause(500);
      const asked = performance.now();
      expect(await app.end('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(performance.now() - asked).toBeLessThan(12_000);
      portal.fault.clear();
      await start();
      await probe.quiet();
      const talk = portal.messages(portal.privateChatId(userId, ourBot(portal, 'assistant').id) ?? 0);
      expect(talk.filter(({ text, isBot }) => isBot && text === 'Слышно?')).toHaveLength(1);
    }),
  );
});
