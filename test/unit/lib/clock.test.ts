import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

describe('systemClock', () => {
  it('tells the time and measures spans', async () => {
    expect(Math.abs(systemClock.now().getTime() - Date.now())).toBeLessThan(1000);
    const began = systemClock.monotonicMs();
    await systemClock.sleep(20);
    expect(systemClock.monotonicMs() - began).toBeGreaterThanOrEqual(18);
  });

  it('wakes at once when the signal aborts, before or during the sleep', async () => {
    const began = systemClock.monotonicMs();
    await systemClock.sleep(10_000, AbortSignal.abort());
    await systemClock.sleep(10_000, AbortSignal.timeout(20));
    expect(systemClock.monotonicMs() - began).toBeLessThan(9_000);
  });

  it('sleeps longer than one timer can, instead of waking at once', async () => {
    let awake = false;
    const stop = new AbortController();
    const sleep = systemClock.sleep(3_000_000_000, stop.signal).then(() => (awake = true));
    await systemClock.sleep(20);
    expect(awake).toBe(false);
    stop.abort();
    await sleep;
    expect(awake).toBe(true);
  });
});

describe('the fake clock', () => {
  it('wakes sleepers in the order of their hour, and those of one hour in the order they lay down', async () => {
    const clock = createFakeClock('2026-03-01T10:00:00Z');
    const woken: string[] = [];
    const note = (name: string) => () => void woken.push(`${name} ${clock.monotonicMs()}`);
    void clock.sleep(300).then(note('c'));
    void clock.sleep(100).then(note('a'));
    void clock.sleep(300).then(note('d'));
    void clock.sleep(200).then(note('b'));
    await clock.advance(299);
    expect(woken).toEqual(['a 100', 'b 200']);
    await clock.advance(1);
    expect(woken).toEqual(['a 100', 'b 200', 'c 300', 'd 300']);
    expect(clock.now().toISOString()).toBe('2026-03-01T10:00:00.300Z');
  });

  it('wakes a loop that sleeps again within the same advance', async () => {
    const clock = createFakeClock();
    let turns = 0;
    const stop = new AbortController();
    const loop = (async () => {
      while (!stop.signal.aborted) {
        await clock.sleep(100, stop.signal);
        turns += 1;
      }
    })();
    await clock.advance(1000);
    expect(turns).toBe(10);
    expect(clock.sleepers()).toBe(1);
    stop.abort();
    await loop;
    expect(clock.sleepers()).toBe(0);
  });
});
