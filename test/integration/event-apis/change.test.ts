/** A portal changes from one event API to another while people talk: nothing is lost, nothing is answered twice, everything keeps its order. */
import { afterEach, describe, expect, it } from 'vitest';
import type { EventApi } from '../../../src/core/event-api.ts';
import { until } from '../../support/bridge.ts';
import { bindSecondApi, boundBotEvents, changeTo, everythingPolled, quickPolls } from '../../support/event-apis.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';
import { quickTimings } from '../../support/timings.ts';

let own: OwnBridge;

afterEach(() => own.close());

/** People who each write to the assistant, one number after the other, until they are told to stop, and pause while the app falls behind. */
function startTalk({ bridge }: OwnBridge) {
  const { portal } = bridge;
  const bot = ourBot(portal, 'assistant').id;
  const people = Array.from({ length: 4 }, (_, index) => portal.addEmployee({ name: `Сотрудник ${index}` }).id);
  const chats = new Map<number, number>();
  let said = 0;
  const timer = setInterval(() => {
    const leastAnswered = Math.min(...[...chats.values()].map((chatId) => answersIn(portal, chatId).length));
    if (portal.undeliveredEvents() > people.length || said - leastAnswered > 30) return;
    said += 1;
    for (const id of people) chats.set(id, portal.employeeWritesPrivate(id, bot, String(said)).chatId);
  }, 40);
  return {
    async goOn(): Promise<void> {
      const from = said;
      await until(() => said >= from + 5);
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      const all = Array.from({ length: said }, (_, index) => String(index + 1));
      await until(() => [...chats.values()].every((chatId) => answersIn(portal, chatId).length >= said));
      await everythingPolled(portal);
      await everythingDone(portal, own.probe);
      for (const chatId of chats.values()) expect(answersIn(portal, chatId)).toEqual(all);
    },
  };
}

/** What is posted arrives within this time also on a machine with other things to do. */
const timings = { ...quickTimings, eventsUnderwayMs: 3_000 };

/** Whichever API a portal runs. */
const reactions = 'ONIMBOTV2REACTIONCHANGE';

const v1Events = [
  'ONIMBOTCONTEXTGET',
  'ONIMBOTDELETE',
  'ONIMBOTJOINCHAT',
  'ONIMBOTMESSAGEADD',
  'ONIMBOTMESSAGEDELETE',
  'ONIMBOTMESSAGEUPDATE',
  'ONIMCOMMANDADD',
];

describe('a change of the event API', () => {
  it.each([
    { road: ['v2-webhook', 'v1-webhook'], fetchGuards: false },
    { road: ['v2-fetch', 'v1-webhook'], fetchGuards: true },
    { road: ['v2-webhook', 'v2-fetch', 'v2-webhook'], fetchGuards: true },
  ] satisfies { road: EventApi[]; fetchGuards: boolean }[])(
    'v1-webhook, $road under traffic',
    async ({ road, fetchGuards }) => {
      own = await startInstalled({ settings: quickPolls, timings, portal: { fetchGuards, orderedDelivery: true } });
      const talk = startTalk(own);
      await talk.goOn();
      for (const next of road) {
        await changeTo(own, next);
        await talk.goOn();
      }
      await talk.stop();
      const bound = boundBotEvents(own.bridge.portal).filter((event) => event !== reactions);
      expect(boundBotEvents(own.bridge.portal).includes(reactions)).toBe(road.at(-1) !== 'v2-fetch');
      const isFirst = road.at(-1) === 'v1-webhook';
      expect(bound.filter((event) => event.startsWith('ONIMBOTV2') === isFirst)).toEqual([]);
      expect(isFirst ? bound : v1Events).toEqual(v1Events);
      expect(bound.length).toBeGreaterThan(0);
    },
  );

  it('does not lose what is kept for polling when the portal deletes it', async () => {
    own = await startInstalled({
      settings: { EVENT_POLL_SECONDS: '30', EVENT_POLL_IDLE_SECONDS: '30', EVENT_API: 'v2-fetch' },
    });
    const { portal } = own.bridge;
    const bot = ourBot(portal, 'assistant').id;
    const person = portal.addEmployee({ name: 'Вера' }).id;
    // The poller has just looked, and will not again for half a minute.
    const { chatId } = portal.employeeWritesPrivate(person, bot, 'не потеряй');
    await changeTo(own, 'v1-webhook');
    await until(() => answersIn(portal, chatId).includes('не потеряй'));
    expect(portal.keptEvents(bot)).toBe(0);
  });

  it('leaves everything as it is where the portal refuses half-way, and is tried again', async () => {
    own = await startInstalled({ settings: quickPolls, portal: { orderedDelivery: true } });
    const { portal } = own.bridge;
    portal.fault.rest({ method: 'imbot.v2.Bot.update', times: 1, kind: '500' });
    const talk = startTalk(own);
    await changeTo(own, 'v2-fetch');
    await talk.goOn();
    await talk.stop();
    expect(portal.calls().filter(({ error }) => error === 'fault:500')).toHaveLength(1);
  });
});

describe('what both APIs tell', () => {
  it('is one event, whichever comes first', async () => {
    own = await startInstalled({ settings: quickPolls });
    const { portal, url } = own.bridge;
    // Somebody has bound the second API by hand: from now on the portal tells everything twice.
    await bindSecondApi(portal, `${url}/bitrix24/events`);
    const bot = ourBot(portal, 'assistant').id;
    const person = portal.addEmployee({ name: 'Вера' }).id;
    // Both name the second in which they tell it, which must not end between them.
    await until(() => Date.now() % 1_000 < 300);
    const { chatId, messageId } = portal.employeeWritesPrivate(person, bot, 'раз');
    portal.employeeWritesPrivate(person, bot, '/help\n/bot\nи ещё');
    portal.editMessage(messageId, 'раз, поправлено');
    portal.deleteMessage(messageId);
    await everythingDone(portal, own.probe);
    expect(portal.deliveries().filter(({ event }) => event === 'ONIMBOTV2MESSAGEADD')).toHaveLength(1);
    const rows = await own.probe.rows(
      `select outcome, count(*) from inbox_outcome join inbox using (portal, lane, seq) where source = 'bitrix24' and lane like 'bridge_assistant/%' group by outcome order by outcome`,
    );
    const outcomes = Object.fromEntries(rows.map((row) => [String(row['outcome']), Number(row['count'])]));
    expect(outcomes['ignored_told_with_first_command']).toBe(1);
    delete outcomes['ignored_told_with_first_command'];
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(answersIn(portal, chatId).filter((text) => text === 'раз')).toHaveLength(1);
  });
});
