/** The sandbox's limit of requests against the ways in which the vendor's own clients count a second. */
import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../sandbox/kit/rate-limit.ts';

interface Sent {
  readonly at: number;
}

/** mg-transport-api-client-go: N start at once, the next waits until a second after the first of them. */
function inGroups(perSecond: number, wanted: readonly number[]): Sent[] {
  const sent: Sent[] = [];
  let startedAt = Number.NEGATIVE_INFINITY;
  let started = 0;
  let now = 0;
  for (const at of wanted) {
    now = Math.max(now, at);
    const rest = startedAt + 1000 - now;
    if (rest > 0 && started >= perSecond) now += rest;
    if (rest <= 0 || started >= perSecond) {
      startedAt = now;
      started = 0;
    }
    started += 1;
    sent.push({ at: now });
  }
  return sent;
}

/** golang.org/x/time/rate, as the newer clients use it: `burst` at once, then evenly. */
function evenly(perSecond: number, burst: number, count: number): Sent[] {
  return Array.from({ length: count }, (_, index) => ({ at: (Math.max(0, index - burst + 1) / perSecond) * 1000 }));
}

/** How many are refused; each request takes another while to arrive, the first, which connects, the longest. */
function refused(limit: number, sent: readonly Sent[]): number {
  let now = 0;
  const rate = new RateLimit(limit, () => now);
  const arrivals = sent.map(({ at }, index) => at + (index === 0 ? 9 : (index * 7) % 5)).sort((a, b) => a - b);
  return arrivals.filter((at) => {
    now = at;
    return !rate.admits('token');
  }).length;
}

const atOnce = (count: number): number[] => Array.from({ length: count }, () => 0);

describe('thirty requests a second', () => {
  it.each([25, 30])('never refuse the Transport client that keeps to %i a second', (perSecond) => {
    expect(refused(30, inGroups(perSecond, atOnce(200)))).toBe(0);
    const oneAndThenMany = [0, ...Array.from({ length: 100 }, () => 990)];
    expect(refused(30, inGroups(perSecond, oneAndThenMany))).toBe(0);
  });

  it.each([25, 30])('never refuse the newer clients that keep to %i a second', (perSecond) => {
    expect(refused(30, evenly(perSecond, perSecond, 200))).toBe(0);
    expect(refused(30, evenly(perSecond, 1, 200))).toBe(0);
  });

  it('refuse whoever does not pace himself', () => {
    expect(
      refused(
        30,
        atOnce(40).map((at) => ({ at })),
      ),
    ).toBeGreaterThanOrEqual(8);
    // A bucket that was full lets nearly sixty start in the first second, and thirty in each one after it.
    const sixty = Array.from({ length: 180 }, (_, index) => ({ at: index * (1000 / 60) }));
    expect(refused(30, sixty)).toBeGreaterThan(45);
  });
});
