import { expect, it } from 'vitest';
import { retryAfterMs, waitWithin } from '../../../src/lib/retry-after.ts';

const now = new Date('2026-06-30T10:00:00Z');

it.each([
  ['2', 2_000],
  [' 2.5 ', 2_500],
  ['0', 0],
  ['Tue, 30 Jun 2026 10:00:07 GMT', 7_000],
  ['Tue, 30 Jun 2026 09:00:00 GMT', 0],
  ['later', null],
  ['', null],
  ['9'.repeat(101), null],
  [undefined, null],
])('the header %j asks for %j ms', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});

it.each([
  [undefined, 1_500],
  ['0', 1_000],
  ['7', 7_000],
  ['99999999999', 9_000],
])('within limits the header %j means %i ms', (header, ms) => {
  expect(waitWithin(header, now, { usual: 1_500, least: 1_000, most: 9_000 })).toBe(ms);
});
