import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetry, deliveryRetry } from '../../../src/core/retry.ts';

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

  it('never returns before the far side wants it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600_000 }), jitter, (afterMs, at) => {
        const decided = decideRetry({ retry: { afterMs } }, 1, deliveryRetry, at);
        if (!decided.again) throw new Error('it had attempts left');
        expect(decided.delayMs).toBeGreaterThanOrEqual(afterMs);
        expect(decided.delayMs).toBeLessThanOrEqual(afterMs * 1.1 + 1);
      }),
    );
  });

  it('keeps a message about half an hour before it is parked', () => {
    let total = 0;
    for (let attempt = 1; attempt < deliveryRetry.maxAttempts; attempt += 1) {
      const decided = decideRetry({ retry: 'backoff' }, attempt, deliveryRetry, 0.999);
      if (decided.again) total += decided.delayMs;
    }
    expect(total / 60_000).toBeGreaterThan(20);
    expect(total / 60_000).toBeLessThan(45);
  });
});
