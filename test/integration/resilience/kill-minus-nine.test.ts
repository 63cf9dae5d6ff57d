import { randomInt } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { startNumberedTalk } from '../../support/numbered-talk.ts';
import { type ProcessStage, setStage } from '../../support/process-stage.ts';
import { answersIn, ourBot, sendKeys } from '../../support/talk.ts';

let stage: ProcessStage | undefined;

afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const rounds = 20;
const dialogs = 12;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('an app that is killed again and again', () => {
  it('answers every message acknowledged under load once and in order', { timeout: 120_000 }, async () => {
    stage = await setStage();
    const { portal, start, probe } = stage;
    let app = await start();
    await stage.install();
    // Each send takes its time inside the portal, so that many are under way at every kill.
    portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', ms: 15, times: 1_000_000 });
    const bot = ourBot(portal, 'assistant');
    const talk = startNumberedTalk({ portal, bot, url: () => app.url, dialogs, pauseMs: 5 });
    for (let round = 0; round < rounds; round += 1) {
      await pause(randomInt(20, 600));
      await app.end('SIGKILL');
      app = await start();
    }
    await talk.finish();
    await probe.quiet(40_000);
    expect(await probe.rows(`select state, outcome from outbox where state in ('dead_letter', 'unknown')`)).toEqual([]);
    expect(await probe.rows(`select state, outcome from inbox_history where state = 'dead_letter'`)).toEqual([]);
    expect(talk.faults()).toEqual([]);
    expect(talk.acknowledged()).toBeGreaterThan(rounds * dialogs);
    expect(talk.greetings()).toEqual(Array.from({ length: dialogs }, () => 1));
    // Sends were cut off and made again, or the test has proven nothing.
    expect(sendKeys(portal).length).toBeGreaterThan(new Set(sendKeys(portal)).size);
  });

  it('sets a portal up completely, with each bot once, although it died in the midst of it', {
    timeout: 60_000,
  }, async () => {
    stage = await setStage();
    const { portal, start, probe } = stage;
    let app = await start();
    expect((await portal.openInstallPage()).status).toBe(200);
    for (let round = 0; round < 3; round += 1) {
      await pause(randomInt(0, 60));
      await app.end('SIGKILL');
      app = await start();
    }
    await probe.quiet();
    expect(
      portal
        .bots()
        .map(({ code }) => code)
        .toSorted(),
    ).toEqual(['bridge_assistant', 'bridge_line', 'bridge_supervisor']);
    const events = portal.bindings().map(({ event }) => event);
    expect(new Set(events).size).toBe(events.length);
    expect(events).toContain('ONAPPUNINSTALL');
    portal.finishInstall();
    const said = portal.employeeWritesPrivate(portal.adminId, ourBot(portal, 'assistant').id, 'Жив?');
    await until(() => answersIn(portal, said.chatId).includes('Жив?'));
  });
});
