import { afterEach, describe, expect, it } from 'vitest';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone } from '../../support/talk.ts';

let own: OwnBridge | undefined;

afterEach(async () => {
  await own?.close();
  own = undefined;
});

/** Calls that the portal refused for their number, as the app counts them. */
async function refusedCalls({ bridge }: OwnBridge): Promise<number> {
  const metrics = await (await fetch(`${bridge.url}/metrics`)).text();
  return Number(/^bridge_bitrix24_calls_total\{code="bitrix24.QUERY_LIMIT_EXCEEDED"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

describe('a portal that allows two requests a second over a bucket of fifty', () => {
  it('has eighty messages answered, in order, and refuses next to nothing', { timeout: 90_000 }, async () => {
    own = await startOwnBridge({
      portal: { rate: { perSecond: 2, burst: 50 }, orderedDelivery: true },
      settings: { B24_RATE_PER_SECOND: '2', B24_RATE_BURST: '49' },
    });
    const { bridge, probe } = own;
    const { portal } = bridge;
    await install(bridge);
    await everythingDone(portal, probe);
    const started = Date.now();
    const people = Array.from({ length: 8 }, () => sayToAssistant(bridge, '№0'));
    for (let number = 1; number < 10; number += 1) {
      for (const { userId } of people) sayToAssistant(bridge, `№${number}`, userId);
      await portal.idle();
    }
    const wanted = Array.from({ length: 10 }, (_, number) => `№${number}`);
    await until(() => people.every(({ chatId }) => answersIn(portal, chatId).length === 10), 75_000);
    await everythingDone(portal, probe);
    for (const { chatId } of people) expect(answersIn(portal, chatId)).toEqual(wanted);
    expect(await refusedCalls(own)).toBeLessThan(5);
    expect(await probe.count(`select count(*) from outbox where state in ('parked', 'unknown', 'dropped')`)).toBe(0);
    // 88 sends over what the bucket still held; slower than twice what the rate allows would be our own fault.
    const calls = portal.calls().length;
    expect((Date.now() - started) / 1_000).toBeLessThan(((calls - 49) / 2) * 2 + 10);
  });

  it('and counts what others do there: a storm of refusals does not follow', { timeout: 60_000 }, async () => {
    own = await startOwnBridge({
      portal: { rate: { perSecond: 5, burst: 12 } },
      settings: { B24_RATE_PER_SECOND: '50', B24_RATE_BURST: '1000' },
    });
    const { bridge, probe } = own;
    const { portal } = bridge;
    await install(bridge);
    await everythingDone(portal, probe, 40_000);
    const people = Array.from({ length: 20 }, () => sayToAssistant(bridge, 'все сразу'));
    await until(() => people.every((one) => one.isAnswered()), 40_000);
    await everythingDone(portal, probe);
    for (const { chatId } of people) expect(answersIn(portal, chatId)).toEqual(['все сразу']);
    const refused = await refusedCalls(own);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(60);
    expect(await probe.count(`select count(*) from outbox where state in ('parked', 'unknown', 'dropped')`)).toBe(0);
  });
});
