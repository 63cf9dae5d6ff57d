import { describe, expect, it } from 'vitest';
import { createRequestLimit } from '../../../src/http/request-limit.ts';

describe('the limit of requests', () => {
  it('counts each sender by itself, and begins anew every minute', () => {
    let now = 0;
    const limit = createRequestLimit(2, { monotonicMs: () => now });
    expect([limit.admits('a'), limit.admits('a'), limit.admits('a')]).toEqual([true, true, false]);
    expect(limit.admits('b')).toBe(true);
    now = 59_999;
    expect(limit.admits('a')).toBe(false);
    now = 60_000;
    expect(limit.admits('a')).toBe(true);
  });

  it('remembers no flood of senders', () => {
    const limit = createRequestLimit(1, { monotonicMs: () => 0 });
    for (let sender = 0; sender < 10_000; sender += 1) limit.admits(String(sender));
    expect(limit.admits('0')).toBe(true);
  });
});
