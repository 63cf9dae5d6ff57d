import { describe, expect, it } from 'vitest';
import { createOperatingTimes } from '../../../src/bitrix24/rest/operating-times.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

function setUp() {
  const clock = createFakeClock();
  return { clock, times: createOperatingTimes(clock) };
}

describe('the execution time of a method', () => {
  it('holds nothing back while there is plenty of it', () => {
    const { times } = setUp();
    times.note('p', 'send', { usedSeconds: 250, callSeconds: 1, resetInMs: 60_000 });
    for (let count = 0; count < 100; count += 1) times.spend('p', 'send');
    expect(times.delayMs('p', 'send')).toBe(0);
  });

  it('spreads calls over the time until some of it comes back, of this method and this portal alone', async () => {
    const { clock, times } = setUp();
    // 100 s are left for two minutes; at half a second a call that is 200 calls, one in 600 ms.
    const note = (): void => times.note('p', 'send', { usedSeconds: 320, callSeconds: 0.5, resetInMs: 120_000 });
    note();
    let sent = 0;
    for (let step = 0; step < 1_200; step += 1) {
      if (times.delayMs('p', 'send') === 0) {
        times.spend('p', 'send');
        sent += 1;
        note();
      }
      await clock.advance(10);
    }
    expect(sent).toBeGreaterThanOrEqual(19);
    expect(sent).toBeLessThanOrEqual(22);
    expect(times.delayMs('p', 'other')).toBe(0);
    expect(times.delayMs('q', 'send')).toBe(0);
  });

  it('is waited for when next to nothing of it is left, and after a refusal', async () => {
    const { clock, times } = setUp();
    times.note('p', 'send', { usedSeconds: 415, callSeconds: 1, resetInMs: 30_000 });
    expect(times.delayMs('p', 'send')).toBe(30_000);
    times.refused('p', 'edit');
    expect(times.delayMs('p', 'edit')).toBe(60_000);
    // An answer to an earlier call says that there was plenty; the refusal counts.
    times.note('p', 'edit', { usedSeconds: 100, callSeconds: 1, resetInMs: 30_000 });
    expect(times.delayMs('p', 'edit')).toBe(60_000);
    await clock.advance(30_000);
    expect(times.delayMs('p', 'send')).toBe(0);
    times.note('p', 'send', { usedSeconds: 100, callSeconds: 1, resetInMs: 30_000 });
    times.spend('p', 'send');
    expect(times.delayMs('p', 'send')).toBe(0);
  });
});
