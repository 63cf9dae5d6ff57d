import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/lib/logger.ts';
import type { PortalCache } from '../../../src/portals/portal-cache.ts';
import { createPortalRateLimiter } from '../../../src/portals/portal-rate-limiter.ts';
import { createRateLimiters } from '../../../src/runtime/rate-limiter.ts';
import type { BudgetAsk } from '../../../src/runtime/shared-budgets.ts';
import type { Portal } from '../../../src/store/tenants/portals.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

function limiterOver(answers: number[], row: Partial<Portal> | null = null) {
  const clock = createFakeClock();
  const asks: BudgetAsk[] = [];
  let waits = 0;
  const ask = (wanted: BudgetAsk): Promise<number> => {
    asks.push(wanted);
    return Promise.resolve(answers.shift() ?? 0);
  };
  const held: number[] = [];
  const hold = (_: BudgetAsk, ms: number): Promise<void> => {
    held.push(ms);
    return Promise.resolve();
  };
  const budgets = { ask, hold };
  const log = createLogger({ level: 'silent', name: 'limiter' });
  const limiter = createPortalRateLimiter({
    rateLimiters: createRateLimiters({ budgets, clock, log }),
    portals: { portal: () => Promise.resolve({ portal: row, bots: [] }) } as unknown as PortalCache,
    usual: { perSecond: 2, burst: 49 },
    onWait: () => {
      waits += 1;
    },
  });
  return { limiter, clock, asks, held, waits: () => waits };
}

describe('the limiter of a portal', () => {
  it('asks for the portal by its own rate, or by the usual one', async () => {
    const { limiter, asks } = limiterOver([]);
    await limiter.pass('p', 0);
    expect(asks).toEqual([{ portal: 'p', bucket: 'bitrix24.rest', perSecond: 2, burst: 49 }]);
    const enterprise = limiterOver([], { rate_per_second: 5, rate_burst: 245 });
    await enterprise.limiter.pass('p', 0);
    expect(enterprise.asks).toMatchObject([{ perSecond: 5, burst: 245 }]);
  });

  it.each([
    ['de_ent10000', null, { perSecond: 5, burst: 245 }],
    ['ru_ENT250', null, { perSecond: 5, burst: 245 }],
    ['ru_pro100', null, { perSecond: 2, burst: 49 }],
    ['ru_center', null, { perSecond: 2, burst: 49 }],
    ['', null, { perSecond: 2, burst: 49 }],
    ['de_ent10000', 1, { perSecond: 1, burst: 10 }],
  ])('asks by the plan %j, unless the portal has a rate of its own (%j)', async (license, perSecond, rate) => {
    const { limiter, asks } = limiterOver([], {
      license,
      rate_per_second: perSecond,
      rate_burst: perSecond === null ? null : 10,
    });
    await limiter.pass('p', 0);
    expect(asks).toMatchObject([rate]);
  });

  it('lets pass only what leaves others their share of the budget', async () => {
    const { limiter, asks } = limiterOver([0, 700]);
    expect(await limiter.tryPass('p', 0.5)).toBe(0);
    expect(await limiter.tryPass('p')).toBe(700);
    expect(asks).toMatchObject([{ burst: 24.5 }, { burst: 49 }]);
  });

  it('sends away at once who has no patience, says when to come back, and counts it', async () => {
    const { limiter, waits } = limiterOver([400]);
    await expect(limiter.pass('p', 0)).rejects.toMatchObject({ code: 'bitrix24.budget', fate: 'none' });
    expect(waits()).toBe(1);
  });

  it('lets who is patient wait for it', async () => {
    const { limiter, clock, asks } = limiterOver([400]);
    let hasPassed = false;
    void limiter.pass('p', 5_000).then(() => {
      hasPassed = true;
    });
    await clock.advance(399);
    expect(hasPassed).toBe(false);
    await clock.advance(501);
    expect(hasPassed).toBe(true);
    expect(asks).toHaveLength(2);
  });

  it('asks nothing for a second after the portal itself said that it has had enough, and of that portal alone', async () => {
    const { limiter, clock, asks, held } = limiterOver([]);
    limiter.exhausted('p');
    await expect(limiter.pass('p', 0)).rejects.toMatchObject({ code: 'bitrix24.budget' });
    expect(asks).toEqual([]);
    await limiter.pass('q', 0);
    await clock.advance(1_001);
    await limiter.pass('p', 0);
    expect(asks.map(({ portal }) => portal)).toEqual(['q', 'p']);
    // The other processes are told that the portal's bucket is full.
    expect(held).toEqual([1_000]);
  });
});
