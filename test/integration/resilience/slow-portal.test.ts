/** Portals that make the app wait half a minute: the tests run side by side. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { expectToAnswer, type OwnBridge, sayToAssistant, withInstalled } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone } from '../../support/talk.ts';

/** Calls that the portal refused for their number, as the app counts them. */
async function refusedCalls({ bridge }: OwnBridge): Promise<number> {
  const metrics = await (await fetch(`${bridge.url}/metrics`)).text();
  return Number(/^bridge_bitrix24_calls_total\{code="bitrix24.QUERY_LIMIT_EXCEEDED"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

const givenUp = ({ probe }: OwnBridge): Promise<number> =>
  probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown', 'dropped')`);

describe('a slow or sparing portal', () => {
  const documented = {
    portal: { rate: { perSecond: 2, burst: 50 }, orderedDelivery: true },
    settings: { B24_RATE_PER_SECOND: '2', B24_RATE_BURST: '49' },
  };

  it.concurrent(
    'that allows two requests a second has eighty messages answered, in order, and refuses next to nothing',
    { timeout: 90_000 },
    () =>
      withInstalled(documented, async (own) => {
        const { portal } = own.bridge;
        const started = Date.now();
        const people = Array.from({ length: 8 }, () => sayToAssistant(own.bridge, '№0'));
        for (let number = 1; number < 10; number += 1) {
          for (const { userId } of people) sayToAssistant(own.bridge, `№${number}`, userId);
          await portal.idle();
        }
        const wanted = Array.from({ length: 10 }, (_, number) => `№${number}`);
        await until(() => people.every(({ chatId }) => answersIn(portal, chatId).length === 10), 75_000);
        await everythingDone(portal, own.probe);
        for (const { chatId } of people) expect(answersIn(portal, chatId)).toEqual(wanted);
        expect(await refusedCalls(own)).toBeLessThan(5);
        expect(await givenUp(own)).toBe(0);
        // Slower than half of what the rate allows would be our own fault.
        expect((Date.now() - started) / 1_000).toBeLessThan(portal.calls().length - 49 + 10);
      }),
  );

  it.concurrent('that allows less than the app believes meets no storm of repetitions', { timeout: 60_000 }, () =>
    withInstalled(
      {
        portal: { rate: { perSecond: 5, burst: 12 } },
        settings: { B24_RATE_PER_SECOND: '50', B24_RATE_BURST: '1000' },
      },
      async (own) => {
        const { portal } = own.bridge;
        const people = Array.from({ length: 20 }, () => sayToAssistant(own.bridge, 'все сразу'));
        await until(() => people.every((one) => one.isAnswered()), 40_000);
        await everythingDone(portal, own.probe);
        for (const { chatId } of people) expect(answersIn(portal, chatId)).toEqual(['все сразу']);
        const refused = await refusedCalls(own);
        expect(refused).toBeGreaterThan(0);
        expect(refused).toBeLessThan(60);
        expect(await givenUp(own)).toBe(0);
      },
    ),
  );

  it.concurrent(
    'that never answers one call is asked again, and the others are not kept waiting',
    { timeout: 60_000 },
    () =>
      withInstalled({}, async (own) => {
        const { portal } = own.bridge;
        portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'hang', times: 1 });
        const hung = sayToAssistant(own.bridge, 'жду');
        await until(() => portal.deliveries().length > 0);
        await new Promise((resolve) => setTimeout(resolve, 300));
        await expectToAnswer(own.bridge, 'не жду');
        expect(hung.isAnswered()).toBe(false);
        await until(() => hung.isAnswered(), 40_000);
        expect(answersIn(portal, hung.chatId)).toEqual(['жду']);
      }),
  );
});
