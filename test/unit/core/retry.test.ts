import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetry, decideThrottled, deliveryRetry, maxWaitMs, throttledRetry } from '../../../src/core/retry.ts';

const jitter = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('decideRetry', () => {
  it('never repeats what is final, nor more often than the policy says', () => {
    expect(decideRetry({ retry: 'never' }, 1, deliveryRetry, 0)).toEqual({ again: false });
    expect(decideRetry({ retry: 'backoff' }, deliveryRetry.maxAttempts, deliveryRetry, 0)).toEqual({ again: false });
    expect(decideRetry({ retry: { afterMs: 5 } }, deliveryRetry.maxAttempts, deliveryRetry, 0)).toEqual({
      again: false,
    });
  });

  it('waits longer each time, within bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 13 }), jitter, (attempts, at) => {
        const decided = decideRetry({ retry: 'backoff' }, attempts, deliveryRetry, at);
        if (!decided.again) throw new Error('it had attempts left');
        const full = Math.min(1_000 * 2 ** (attempts - 1), deliveryRetry.maxDelayMs);
        expect(decided.delayMs).toBeGreaterThanOrEqual(full / 2);
        expect(decided.delayMs).toBeLessThanOrEqual(full);
      }),
    );
  });

  it('never returns before the remote wants it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600_000 }), jitter, (afterMs, at) => {
        const decided = decideRetry({ retry: { afterMs } }, 1, deliveryRetry, at);
        if (!decided.again) throw new Error('it had attempts left');
        expect(decided.delayMs).toBeGreaterThanOrEqual(afterMs);
        expect(decided.delayMs).toBeLessThanOrEqual(afterMs * 1.1 + 1);
      }),
    );
  });

  it('keeps a message about half an hour before it becomes a dead letter', () => {
    let total = 0;
    for (let attempt = 1; attempt < deliveryRetry.maxAttempts; attempt += 1) {
      const decided = decideRetry({ retry: 'backoff' }, attempt, deliveryRetry, 0.999);
      if (decided.again) total += decided.delayMs;
    }
    expect(total / 60_000).toBeGreaterThan(20);
    expect(total / 60_000).toBeLessThan(45);
  });
});

describe('decideThrottled', () => {
  const busy = { retry: { afterMs: 1_500 } } as const;

  it('grows, is never shorter than the remote wants, and never longer than a minute of our own', () => {
    const delays = Array.from({ length: 9 }, (_, index) => decideThrottled(busy, index + 1, 0, 0.9999));
    expect(delays.map((one) => (one.again ? Math.round(one.delayMs / 1_000) : null))).toEqual([
      2, 2, 4, 8, 16, 32, 60, 60, 60,
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 0, max: 300_000 }),
        jitter,
        (throttled, afterMs, at) => {
          const decided = decideThrottled({ retry: { afterMs } }, throttled, 0, at);
          if (!decided.again) throw new Error('it was given up');
          expect(decided.delayMs).toBeGreaterThanOrEqual(afterMs);
          expect(decided.delayMs).toBeLessThanOrEqual(Math.max(afterMs * 1.1 + 1, throttledRetry.maxDelayMs));
        },
      ),
    );
  });

  it('asks fewer than ten times in a storm of half a minute, and is back within as long again', () => {
    let waited = 0;
    let asked = 1;
    while (waited < 30_000) {
      const decided = decideThrottled(busy, asked, waited, 0.5);
      if (!decided.again) throw new Error('it was given up');
      waited += decided.delayMs;
      asked += 1;
    }
    expect(asked).toBeLessThan(10);
    expect(waited).toBeLessThan(60_000);
  });

  it('gives up only after a day, and not what has hardly been tried', () => {
    expect(decideThrottled(busy, 10_000, maxWaitMs, 0)).toMatchObject({ again: true });
    expect(decideThrottled(busy, 1, 10 * maxWaitMs, 0)).toMatchObject({ again: true });
    expect(decideThrottled(busy, throttledRetry.maxAttempts, maxWaitMs + 1, 0)).toEqual({
      again: false,
    });
    expect(decideThrottled({ retry: 'never' }, 1, 0, 0)).toEqual({ again: false });
  });
});
