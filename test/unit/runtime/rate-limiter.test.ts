import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { brainRateLimiter, createRateLimiters, type RateLimitersOptions } from '../../../src/runtime/rate-limiter.ts';
import type { BudgetAsk, SharedBudgets } from '../../../src/runtime/shared-budgets.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

const log = createLogger({ level: 'silent', name: 'limiter' });

/** The bucket of the database, in memory: what its statement does, step by step. */
function bucketBy(clock: FakeClock): SharedBudgets & { readonly asks: () => number } {
  let level = 0;
  let updated = 0;
  let asks = 0;
  const drain = ({ perSecond }: BudgetAsk): void => {
    level = Math.max(0, level - (perSecond * (clock.monotonicMs() - updated)) / 1_000);
    updated = clock.monotonicMs();
  };
  return {
    asks: () => asks,
    ask(wanted) {
      asks += 1;
      drain(wanted);
      const { burst, perSecond } = wanted;
      // Sums of fractions miss a whole by a hair.
      if (burst - level >= 1 - 1e-9) {
        level += 1;
        return Promise.resolve(0);
      }
      return Promise.resolve((1000 * (1 - (burst - level))) / perSecond);
    },
    hold(wanted, ms) {
      drain(wanted);
      level = Math.max(level, wanted.burst + (wanted.perSecond * ms) / 1_000);
      return Promise.resolve();
    },
  };
}

function callers(clock: FakeClock, rateLimiter: ReturnType<typeof limiterOf>, count: number) {
  let passed = 0;
  /** As lanes do: whoever is sent away comes back after the wait he was told. */
  const call = async (): Promise<void> => {
    for (;;) {
      try {
        await rateLimiter.acquire();
        passed += 1;
        return;
      } catch (error) {
        if (!(error instanceof AppError) || typeof error.retry === 'string') throw error;
        await clock.sleep(error.retry.afterMs);
      }
    }
  };
  for (let left = count; left > 0; left -= 1) void call();
  return () => passed;
}

const limit = { portal: 'p', bucket: 'b', perSecond: 25, burst: 5 };

/** The limiter of a process by itself. */
function limiterOf(options: Pick<RateLimitersOptions, 'budgets' | 'clock'>, of = limit) {
  return brainRateLimiter(createRateLimiters({ ...options, log }), of);
}

describe('the pace of a limit', () => {
  it('lets no more calls pass in a second than allowed, after a short burst', async () => {
    const clock = createFakeClock();
    const passed = callers(clock, limiterOf({ budgets: bucketBy(clock), clock }), 60);
    await clock.advance(0);
    expect(passed()).toBe(5);
    await clock.advance(1_000);
    expect(passed()).toBeLessThanOrEqual(30);
    expect(passed()).toBeGreaterThanOrEqual(20);
    await clock.advance(2_500);
    expect(passed()).toBe(60);
  });

  it('is one for two processes, and neither starves', async () => {
    const clock = createFakeClock();
    const budgets = bucketBy(clock);
    const [one, other] = [0, 1].map(() => callers(clock, limiterOf({ budgets, clock }), 100));
    await clock.advance(2_000);
    const [first = 0, second = 0] = [one?.(), other?.()];
    expect(first + second).toBeLessThanOrEqual(55);
    expect(first + second).toBeGreaterThanOrEqual(40);
    expect(Math.min(first, second)).toBeGreaterThan(5);
    // A waiting crowd asks about as often as its turns come, not all at once.
    expect(budgets.asks()).toBeLessThan(450);
  });

  it('lets nobody pass, in no process, while the remote throttles us', async () => {
    const clock = createFakeClock();
    const budgets = bucketBy(clock);
    const rateLimiter = limiterOf({ budgets, clock });
    await rateLimiter.throttle(3_000);
    const passed = callers(clock, rateLimiter, 1);
    const elsewhere = callers(clock, limiterOf({ budgets, clock }), 1);
    await clock.advance(2_900);
    expect([passed(), elsewhere()]).toEqual([0, 0]);
    await clock.advance(300);
    expect([passed(), elsewhere()]).toEqual([1, 1]);
  });

  it('sends a call away that would have to wait for long, and names the wait', async () => {
    const clock = createFakeClock();
    const rateLimiter = limiterOf({ budgets: bucketBy(clock), clock });
    await rateLimiter.throttle(60_000);
    await expect(rateLimiter.acquire()).rejects.toMatchObject({
      code: 'rate_limit.busy',
      fate: 'none',
      retry: { afterMs: expect.any(Number) },
    });
    const elsewhere = limiterOf({ budgets: bucketBy(clock), clock }, { ...limit, bucket: 'other' });
    await expect(elsewhere.acquire()).resolves.toBeUndefined();
  });

  it('still waits alone when the pause cannot be shared', async () => {
    const clock = createFakeClock();
    const budgets = { ...bucketBy(clock), hold: () => Promise.reject(new Error('no database')) };
    const rateLimiter = limiterOf({ budgets, clock });
    await rateLimiter.throttle(1_000);
    const passed = callers(clock, rateLimiter, 1);
    await clock.advance(900);
    expect(passed()).toBe(0);
    await clock.advance(200);
    expect(passed()).toBe(1);
  });

  it('gives up a turn when the caller does', async () => {
    const clock = createFakeClock();
    const rateLimiter = limiterOf({ budgets: bucketBy(clock), clock }, { ...limit, perSecond: 1, burst: 1 });
    const aborting = new AbortController();
    await rateLimiter.acquire();
    const waiting = rateLimiter.acquire(aborting.signal);
    aborting.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'http.aborted', fate: 'none' });
  });
});
