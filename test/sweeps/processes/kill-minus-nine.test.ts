/** The app is killed while it works. `npm run test:soak` does so for minutes and at random; here it is done at the moments that matter. */
import { describe, expect, it } from 'vitest';
import type { SandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { until } from '../../support/bridge.ts';
import { startNumberedTalk } from '../../support/numbered-talk.ts';
import { expectNothingGivenUp, withStage } from '../../support/process-stage.ts';
import { answersIn, ourBot, sendKeys } from '../../support/talk.ts';

const method = 'imbot.v2.Chat.Message.send';

const sendsInBatch = (portal: SandboxPortal): number =>
  portal.calls().filter((call) => call.inBatch && call.method.toLowerCase() === method.toLowerCase()).length;

const kills = 2;
const dialogs = 6;

describe('an app that is killed again and again', () => {
  it.concurrent('answers every message once and in order although answers wait for the budget or travel in a batch', () =>
    withStage(async (stage) => {
      const { portal, start, probe } = stage;
      const limits = { B24_RATE_PER_SECOND: '4', B24_RATE_BURST: '10' };
      let app = await start(limits);
      await stage.install();
      portal.fault.rest({ method, inBatch: true, kind: 'slow-inside', ms: 50, times: 1_000_000 });
      const talk = startNumberedTalk({ portal, bot: ourBot(portal, 'assistant'), url: () => app.url, dialogs });
      for (let kill = 0; kill < kills; kill += 1) {
        await talk.goOn(2 * dialogs);
        const batches = sendsInBatch(portal);
        await until(() => sendsInBatch(portal) > batches);
        await app.end('SIGKILL');
        app = await start(limits);
      }
      await talk.finish();
      await probe.quiet(120_000);
      await expectNothingGivenUp(stage);
      expect(talk.faults()).toEqual([]);
    }));

  it.concurrent('answers every message acknowledged under load once and in order', () =>
    withStage(async (stage) => {
      const { portal, start, probe } = stage;
      let app = await start();
      await stage.install();
      // Each send takes its time inside the portal, so that some are under way at every kill.
      portal.fault.rest({ method, kind: 'slow-inside', ms: 100, times: 1_000_000 });
      const talk = startNumberedTalk({ portal, bot: ourBot(portal, 'assistant'), url: () => app.url, dialogs });
      for (let kill = 0; kill < kills; kill += 1) {
        await talk.goOn(2 * dialogs);
        // A send has just ended, so the next ones have begun.
        const sent = sendKeys(portal).length;
        await until(() => sendKeys(portal).length > sent);
        await app.end('SIGKILL');
        app = await start();
      }
      await talk.goOn(dialogs);
      await talk.finish();
      await probe.quiet(120_000);
      await expectNothingGivenUp(stage);
      expect(talk.faults()).toEqual([]);
      expect(talk.greetings()).toEqual(Array.from({ length: dialogs }, () => 1));
      // Sends were cut off and made again, or the test has proven nothing.
      expect(sendKeys(portal).length).toBeGreaterThan(new Set(sendKeys(portal)).size);
    }));

  it.concurrent('sets a portal up completely, with each bot once, although it died in the midst of it', () =>
    withStage(async ({ portal, start, probe }) => {
      let app = await start();
      expect((await portal.openInstallPage()).status).toBe(200);
      // Once with the first bot registered, once with the second.
      for (let bots = 1; bots <= 2; bots += 1) {
        await until(() => portal.bots().length >= bots);
        await app.end('SIGKILL');
        app = await start();
      }
      await until(() => portal.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'));
      await probe.quiet();
      expect(
        portal
          .bots()
          .map(({ code }) => code)
          .toSorted(),
      ).toEqual(['bridge_assistant', 'bridge_line', 'bridge_supervisor']);
      const events = portal.bindings().map(({ event }) => event);
      expect(new Set(events).size).toBe(events.length);
      portal.finishInstall();
      const said = portal.employeeWritesPrivate(portal.adminId, ourBot(portal, 'assistant').id, 'Жив?');
      await until(() => answersIn(portal, said.chatId).includes('Жив?'));
    }));
});
