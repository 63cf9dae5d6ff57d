import { describe, expect, it } from 'vitest';
import { createRestartBackoff, type Life } from '../../../src/runtime/restart-backoff.ts';

const almostOne = 0.9999;
const failed: Life = { ms: 100, hasBegun: false };
const cut: Life = { ms: 59_000, hasBegun: true };
const good: Life = { ms: 60_000, hasBegun: true };

/** Seconds before each of the next starts. */
function pauses(pause: ReturnType<typeof createRestartBackoff>, life: Life, count: number): number[] {
  return Array.from({ length: count }, () => Math.round(pause.after(life, 0, almostOne) / 1_000));
}

describe('the pause before a listener is started again', () => {
  it('doubles up to a minute while it cannot begin', () => {
    expect(pauses(createRestartBackoff(), failed, 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('is short after a good beginning, but not for ever when none of them lasts', () => {
    const pause = createRestartBackoff();
    expect(new Set(pauses(pause, cut, 60))).toEqual(new Set([1]));
    expect(pauses(pause, cut, 8)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    expect(pauses(pause, failed, 1)).toEqual([60]);
  });

  it('begins again after a good life', () => {
    const pause = createRestartBackoff();
    pauses(pause, cut, 100);
    expect(pauses(pause, good, 1)).toEqual([1]);
    expect(new Set(pauses(pause, cut, 60))).toEqual(new Set([1]));
  });

  it('is spread by chance, and never shorter than what was asked for', () => {
    expect(createRestartBackoff().after(failed, 0, 0)).toBe(500);
    expect(createRestartBackoff().after(cut, 60_000, 0)).toBe(60_000);
    expect(createRestartBackoff().after(cut, 60_000, almostOne)).toBeCloseTo(66_000, -1);
  });
});
