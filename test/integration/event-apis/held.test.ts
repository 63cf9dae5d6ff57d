/** What a portal posts while it changes over from polling comes after everything that it kept for polling until then. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { changeTo } from '../../support/event-apis.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;

afterEach(() => own.close());

/** Nobody polls but the change itself. */
const seldomPolled = { EVENT_API: 'v2-fetch', EVENT_POLL_SECONDS: '30', EVENT_POLL_IDLE_SECONDS: '30' };

/**
 * Has the assistant's bot change over like this: `kept` is written between the last poll and the change, `posted` after the change and
 * before the portal answers, with everything kept, that it has changed.
 */
async function changeSlowly(
  { bridge: { portal } }: OwnBridge,
  act: { readonly kept: () => void; readonly posted: () => Promise<void> },
): Promise<void> {
  const bot = ourBot(portal, 'assistant').id;
  const isOfBot = (params: object): boolean => Number((params as { botId?: unknown }).botId) === bot;
  const usual = { inBatch: true, times: 10, kind: 'gated' } as const;
  portal.fault.rest({
    ...usual,
    method: 'imbot.v2.Event.get',
    gate: (moment, params) => {
      if (moment === 'before' && isOfBot(params)) act.kept();
      return Promise.resolve();
    },
  });
  portal.fault.rest({
    ...usual,
    method: 'imbot.v2.Bot.update',
    gate: async (moment, params) => {
      if (moment === 'after' && isOfBot(params)) await act.posted();
    },
  });
  await changeTo(own, 'v2-webhook');
}

describe('what a portal holds', () => {
  it('is worked all the same when the process is gone that was to release it', async () => {
    own = await startInstalled({ settings: { EVENT_API: 'v2-webhook' } });
    const { portal } = own.bridge;
    await own.probe.rows(`update portal set posted_held_until = now() + interval '2 seconds'`);
    const person = portal.addEmployee({ name: 'Вера' }).id;
    const { chatId } = portal.employeeWritesPrivate(person, ourBot(portal, 'assistant').id, '1');
    await portal.idle();
    portal.employeeWritesPrivate(person, ourBot(portal, 'assistant').id, '2');
    await until(() => answersIn(portal, chatId).length >= 2);
    expect(answersIn(portal, chatId)).toEqual(['1', '2']);
    const [row] = await own.probe.rows('select now() >= posted_held_until as is_over from portal');
    expect(row?.['is_over']).toBe(true);
  });
});

describe('events posted before the last answer to a poll is stored', () => {
  it('are stored at once, and worked after those of that answer', async () => {
    own = await startInstalled({ settings: seldomPolled });
    const { portal } = own.bridge;
    const bot = ourBot(portal, 'assistant').id;
    // The first poll of all; the next one would come after half a minute.
    const isPoll = ({ method }: { method: string }): boolean => method === 'imbot.v2.Event.get';
    await until(() => portal.calls().some(isPoll));
    const vera = portal.addEmployee({ name: 'Вера' }).id;
    const boris = portal.addEmployee({ name: 'Борис' }).id;
    const say = (person: number, text: string): number => portal.employeeWritesPrivate(person, bot, text).chatId;
    const chats = [vera, boris].map((person) => say(person, '1'));
    await changeSlowly(own, {
      kept: () => {
        say(vera, '2');
        say(boris, '2');
      },
      posted: async () => {
        say(vera, '3');
        say(boris, '3');
        // The portal does not wait for the app to be told what it kept: it is answered now.
        await until(() => portal.deliveries().filter(({ event }) => event === 'ONIMBOTV2MESSAGEADD').length >= 2);
      },
    });
    say(vera, '4');
    await until(() => chats.every((chatId) => answersIn(portal, chatId).length >= 3));
    await everythingDone(portal, own.probe);
    expect(chats.map((chatId) => answersIn(portal, chatId))).toEqual([
      ['1', '2', '3', '4'],
      ['1', '2', '3'],
    ]);
    expect(portal.deliveries().every(({ status }) => status === 200)).toBe(true);
    expect(await own.probe.rows(`select key from lane where key like '%>held' and ready_at < 'infinity'`)).toEqual([]);
  });
});
