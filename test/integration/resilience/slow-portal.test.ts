/** Portals that make the app wait: the tests run side by side. */
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
  const sparing = {
    portal: { rate: { perSecond: 20, burst: 30 }, orderedDelivery: true },
    settings: { B24_RATE_PER_SECOND: '20', B24_RATE_BURST: '29' },
  };

  it.concurrent('that allows fewer requests than there are messages has all of them answered, in order, and refuses next to nothing', () =>
    withInstalled(sparing, async (own) => {
      const { portal } = own.bridge;
      const people = Array.from({ length: 8 }, () => sayToAssistant(own.bridge, '№0'));
      for (let number = 1; number < 10; number += 1) {
        for (const { userId } of people) sayToAssistant(own.bridge, `№${number}`, userId);
        await portal.idle();
      }
      const wanted = Array.from({ length: 10 }, (_, number) => `№${number}`);
      await until(() => people.every(({ chatId }) => answersIn(portal, chatId).length === 10));
      await everythingDone(portal, own.probe);
      for (const { chatId } of people) expect(answersIn(portal, chatId)).toEqual(wanted);
      expect(await refusedCalls(own)).toBeLessThan(5);
      expect(await givenUp(own)).toBe(0);
    }));

  it.concurrent('that allows less than the app believes meets no storm of repetitions', () =>
    withInstalled(
      {
        // One set-up alone makes more requests than the burst allows.
        portal: { rate: { perSecond: 2, burst: 12 } },
        settings: { B24_RATE_PER_SECOND: '50', B24_RATE_BURST: '1000' },
      },
      async (own) => {
        const { portal } = own.bridge;
        const people = Array.from({ length: 20 }, () => sayToAssistant(own.bridge, 'все сразу'));
        await until(() => people.every((one) => one.isAnswered()));
        await everythingDone(portal, own.probe);
        for (const { chatId } of people) expect(answersIn(portal, chatId)).toEqual(['все сразу']);
        const refused = await refusedCalls(own);
        expect(refused).toBeGreaterThan(0);
        expect(refused).toBeLessThan(60);
        expect(await givenUp(own)).toBe(0);
      },
    ));

  it.concurrent('that never answers one call is asked again, and the others are not kept waiting', () =>
    withInstalled({ timings: { restTimeoutMs: 12_000 } }, async (own) => {
      const { portal } = own.bridge;
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'hang', times: 1 });
      const hung = sayToAssistant(own.bridge, 'жду');
      const isHeld = `select count(*) from lane where queue = 'outbox' and locked_by is not null and key like '%>portal'`;
      await until(async () => (await own.probe.count(isHeld)) > 0);
      await expectToAnswer(own.bridge, 'не жду');
      expect(hung.isAnswered()).toBe(false);
      await until(() => hung.isAnswered());
      expect(answersIn(portal, hung.chatId)).toEqual(['жду']);
    }));
});
