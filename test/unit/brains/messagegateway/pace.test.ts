import { describe, expect, it } from 'vitest';
import { createPace } from '../../../../src/brains/messagegateway/pace.ts';
import { retryAfterMs } from '../../../../src/brains/messagegateway/retry-after.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';

describe('the pace of a token', () => {
  it('lets no more calls pass in a second than allowed, after a short burst', async () => {
    const clock = createFakeClock();
    const pace = createPace(25, clock);
    let passed = 0;
    const calls = Array.from({ length: 60 }, () =>
      pace.turn().then(() => {
        passed += 1;
      }),
    );
    await clock.advance(0);
    expect(passed).toBe(5);
    await clock.advance(1_000);
    expect(passed).toBe(30);
    await clock.advance(2_000);
    await Promise.all(calls);
    expect(passed).toBe(60);
  });

  it('lets nobody pass while the far side wants to be left alone', async () => {
    const clock = createFakeClock();
    const pace = createPace(25, clock);
    pace.holdOff(3_000);
    let passed = false;
    const call = pace.turn().then(() => {
      passed = true;
    });
    await clock.advance(2_900);
    expect(passed).toBe(false);
    await clock.advance(200);
    await call;
    expect(passed).toBe(true);
  });

  it('gives up a turn when the caller does', async () => {
    const clock = createFakeClock();
    const pace = createPace(1, clock);
    const aborting = new AbortController();
    for (let call = 0; call < 5; call += 1) await pace.turn();
    const waiting = pace.turn(aborting.signal);
    aborting.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'http.aborted', fate: 'none' });
  });
});

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
