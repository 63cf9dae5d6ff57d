import { describe, expect, it } from 'vitest';
import { createRestartPause } from '../../../src/pipeline/restart-pause.ts';

const almostOne = 0.9999;

describe('the pause before a listener is started again', () => {
  it('doubles up to a minute, however well each start went, as long as none of them lasts', () => {
    const pause = createRestartPause();
    const pauses = Array.from({ length: 9 }, () => Math.round(pause.after(59_000, 0, almostOne) / 1_000));
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('begins again after a good life', () => {
    const pause = createRestartPause();
    for (let time = 0; time < 9; time += 1) pause.after(0, 0, 0);
    expect(pause.after(60_000, 0, almostOne)).toBeCloseTo(1_000, -1);
    expect(pause.after(0, 0, almostOne)).toBeCloseTo(2_000, -1);
  });

  it('is spread by chance, and never shorter than what was asked for', () => {
    expect(createRestartPause().after(0, 0, 0)).toBe(500);
    expect(createRestartPause().after(0, 60_000, 0)).toBe(60_000);
    expect(createRestartPause().after(0, 60_000, almostOne)).toBeCloseTo(66_000, -1);
  });
});
