import { describe, expect, it } from 'vitest';
import { createFailureLimit } from '../../../src/http/failure-limit.ts';

function limitOf(perMinute: number) {
  const clock = { now: 0, monotonicMs: () => clock.now };
  const limit = createFailureLimit(perMinute, clock);
  const tryOnce = (sender: string, hasFailed: boolean): boolean => {
    const attempt = limit.begin(sender);
    attempt?.end(hasFailed);
    return attempt !== null;
  };
  return { clock, limit, tryOnce };
}

describe('the limit of failures', () => {
  it('never refuses those who get it right, however many share an address', () => {
    const { tryOnce } = limitOf(2);
    for (let visitor = 0; visitor < 10_000; visitor += 1) expect(tryOnce('a', false)).toBe(true);
  });

  it('refuses a sender after its failures of a minute, and no other sender', () => {
    const { clock, tryOnce } = limitOf(2);
    expect([tryOnce('a', true), tryOnce('a', true), tryOnce('a', false)]).toEqual([true, true, false]);
    expect(tryOnce('b', false)).toBe(true);
    clock.now = 59_999;
    expect(tryOnce('a', false)).toBe(false);
    clock.now = 60_000;
    expect(tryOnce('a', false)).toBe(true);
  });

  it('bounds guesses that are under way at once', () => {
    const { limit } = limitOf(1_000);
    const begun = Array.from({ length: 1_000 }, () => limit.begin('a')).filter((attempt) => attempt !== null);
    expect(begun.length).toBeLessThan(100);
    begun[0]?.end(false);
    expect(limit.begin('a')).not.toBeNull();
  });

  it('keeps who is at it while a flood of other addresses passes', () => {
    const { tryOnce } = limitOf(1);
    expect(tryOnce('guesser', true)).toBe(true);
    const admitted: boolean[] = [];
    for (let sender = 0; sender < 30_000; sender += 1) {
      tryOnce(String(sender), true);
      if (sender % 1_000 === 0) admitted.push(tryOnce('guesser', true));
    }
    expect(admitted).toEqual(Array(30).fill(false));
  });
});
