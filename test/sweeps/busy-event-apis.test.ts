/** A portal that is polled and has the documented limits is flooded: polls and answers share its budget, and neither waits for ever for the other. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/bridge.ts';
import { everythingPolled } from '../support/event-apis.ts';
import { answersIn, everythingDone, ourBot, sendKeys } from '../support/talk.ts';
import { startTwoPortals, type TwoPortals } from '../support/two-portals.ts';

let own: TwoPortals;

afterEach(() => own.close());

/** The app believes in one request less, as in production. Polls alone would take half of it. */
const rate = { perSecond: 2, burst: 12 };
const settings = {
  B24_RATE_PER_SECOND: '2',
  B24_RATE_BURST: '11',
  EVENT_API: 'v2-fetch',
  EVENT_POLL_SECONDS: '1',
  EVENT_POLL_IDLE_SECONDS: '1',
};
const people = 12;
/** Answering takes seconds longer than a poll gives way. */
const turns = 12;

describe('polls and answers of one budget', () => {
  it('take turns: a flood is answered once and in order, and a quiet portal beside it at once', async () => {
    own = await startTwoPortals({ first: { rate }, settings });
    const { other, probe } = own;
    const { portal } = own.bridge;
    await own.installOther();
    expect((await portal.openInstallPage()).status).toBe(200);
    await until(() => portal.bots().length === 3);
    portal.finishInstall();
    await everythingDone(portal, probe);
    const fetched = `select count(*) from portal where event_api = 'v2-fetch' and set_up_at is not null`;
    await until(async () => (await probe.count(fetched)) === 2);
    const bot = ourBot(portal, 'assistant').id;
    const ids = Array.from({ length: people }, (_, at) => portal.addEmployee({ name: `Сотрудник ${at}` }).id);
    const chats = new Map<number, number>();
    for (let turn = 1; turn <= turns; turn += 1) {
      for (const id of ids) chats.set(id, portal.employeeWritesPrivate(id, bot, `${id}.${turn}`).chatId);
    }
    const answered = (): number =>
      [...chats.values()].reduce((sum, chatId) => sum + answersIn(portal, chatId).length, 0);
    await until(() => answered() > people);
    // In the midst of the flood somebody writes to the other portal, and more is written to this one.
    const quiet = other.addEmployee({ name: 'Тихая' }).id;
    const { chatId } = other.employeeWritesPrivate(quiet, ourBot(other, 'assistant').id, 'тихий вопрос');
    for (const id of ids) portal.employeeWritesPrivate(id, bot, `${id}.${turns + 1}`);
    await until(() => answersIn(other, chatId).includes('тихий вопрос'));
    expect(answered()).toBeLessThan(people * (turns + 1));
    await until(() => answered() >= people * (turns + 1));
    await everythingPolled(portal);
    await everythingDone(portal, probe);
    for (const [id, chat] of chats) {
      expect(answersIn(portal, chat)).toEqual(Array.from({ length: turns + 1 }, (_, at) => `${id}.${at + 1}`));
    }
    const calls = portal.calls();
    expect(calls.filter(({ error }) => error === 'QUERY_LIMIT_EXCEEDED')).toEqual([]);
    expect(sendKeys(portal).length).toBe(new Set(sendKeys(portal)).size);
    // Polls went on between the answers.
    const isSend = (method: string): boolean => method.toLowerCase() === 'imbot.v2.chat.message.send';
    const first = calls.findIndex(({ method }) => isSend(method));
    const last = calls.findLastIndex(({ method }) => isSend(method));
    const between = calls.slice(first, last).filter(({ method }) => method === 'imbot.v2.Event.get');
    expect(between.length).toBeGreaterThan(0);
  });
});
