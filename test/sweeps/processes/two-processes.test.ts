import { describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { type NumberedTalk, startNumberedTalk } from '../../support/numbered-talk.ts';
import { expectNothingGivenUp, type ProcessStage, withStage } from '../../support/process-stage.ts';
import { answersIn, ourBot } from '../../support/talk.ts';

const dialogs = 8;

/** A talk with the assistant whose sends take their time inside the portal; each number goes to the next of the given addresses. */
function talkTo({ portal }: ProcessStage, urls: () => readonly string[]): NumberedTalk {
  portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', ms: 10, times: 1_000_000 });
  let turn = 0;
  const url = (): string => {
    turn += 1;
    const all = urls();
    return all[turn % all.length] ?? '';
  };
  return startNumberedTalk({ portal, bot: ourBot(portal, 'assistant'), url, dialogs, pauseMs: 5 });
}

describe('two processes on one database', () => {
  it.concurrent('share the work, and the one goes on alone when the other is killed', () =>
    withStage(async (stage) => {
      const first = await stage.start();
      const second = await stage.start({}, await freePort());
      await stage.install();
      let urls = [first.url, second.url];
      const talk = talkTo(stage, () => urls);
      await talk.goOn(5 * dialogs);
      await second.end('SIGKILL');
      urls = [first.url];
      await talk.goOn(3 * dialogs);
      await talk.finish();
      // What the dead one had leased is free at once: nothing here waits for the minute of its leases.
      await stage.probe.quiet(45_000);
      expect(talk.faults()).toEqual([]);
      await expectNothingGivenUp(stage);
    }));

  it.concurrent('keep to exactly once when their leases end under their hands', () =>
    withStage(async (stage) => {
      const first = await stage.start();
      const second = await stage.start({}, await freePort());
      await stage.install();
      const talk = talkTo(stage, () => [first.url, second.url]);
      for (let round = 0; round < 15; round += 1) {
        await talk.goOn(dialogs / 2);
        await stage.probe.endLeases();
      }
      await talk.finish();
      await stage.probe.quiet(120_000);
      expect(talk.faults()).toEqual([]);
      expect([...talk.refusals()]).toEqual([]);
      await expectNothingGivenUp(stage);
    }));
});

describe('a process told to stop under load', () => {
  it.concurrent('finishes what it has taken, and loses nothing', () =>
    withStage(async (stage) => {
      const { portal, start, probe } = stage;
      let app = await start();
      await stage.install();
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', ms: 30, times: 1_000_000 });
      const talk = startNumberedTalk({ portal, bot: ourBot(portal, 'assistant'), url: () => app.url, dialogs });
      await talk.goOn(3 * dialogs);
      const exit = await app.end('SIGTERM');
      expect(exit, app.output()).toEqual({ code: 0, signal: null });
      // Nobody holds a lane any more: the next process need not wait for any lease to end.
      const held = await probe.rows(`select queue, key from lane where locked_by is not null and seq > done`);
      expect(held, app.output()).toEqual([]);
      app = await start();
      await talk.goOn(dialogs);
      await talk.finish();
      await probe.quiet(120_000);
      await expectNothingGivenUp(stage);
      expect(talk.faults()).toEqual([]);
    }));

  it.concurrent('exits also while the portal does not answer at all', () =>
    withStage(async (stage) => {
      const { portal, start, probe } = stage;
      const app = await start();
      await stage.install();
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'hang', times: 3 });
      const userId = portal.addEmployee({ name: 'Терпеливый Тит' }).id;
      const { chatId } = portal.employeeWritesPrivate(userId, ourBot(portal, 'assistant').id, 'Слышно?');
      const isHeld = `select count(*) from lane where queue = 'outbox' and locked_by is not null and key like '%>portal'`;
      await until(async () => (await probe.count(isHeld)) > 0);
      // The code 0 says that it was not cut off: the app ends itself with 1 when stopping takes longer than its limit.
      expect(await app.end('SIGTERM')).toEqual({ code: 0, signal: null });
      portal.fault.clear();
      await start();
      await until(() => answersIn(portal, chatId).includes('Слышно?'));
      await probe.quiet();
      expect(answersIn(portal, chatId)).toEqual(['Слышно?']);
    }));
});
