import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../../src/brains/messagegateway/api/retry-after.ts';

describe('Retry-After', () => {
  const now = new Date('2026-06-30T10:00:00Z');

  it.each([
    ['2', 2_000],
    ['0', 1_000],
    ['Tue, 30 Jun 2026 10:00:07 GMT', 7_000],
    ['100000', 300_000],
    ['later', 1_500],
    ['', 1_500],
    [undefined, 1_500],
  ])('%j means %i ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});
