import { describe, expect, it } from 'vitest';
import { hostileInputs } from '../support/growth/hostile-inputs.ts';
import { createGrowthMeter } from '../support/growth/measure-growth.ts';
import { outsideReaders } from '../support/growth/outside-readers.ts';

describe('every reader of outside data takes time in proportion to it: at most 2.5 times as long for twice as much', () => {
  it.each(hostileInputs)('of $name', { timeout: 120_000 }, ({ make }) => {
    const tooMuchGrowth = createGrowthMeter(make);
    const slow = outsideReaders.flatMap(({ name, read, startAt }) => {
      const growth = tooMuchGrowth(read, startAt);
      return growth === null ? [] : [{ reader: name, ...growth }];
    });
    expect(slow).toEqual([]);
  });
});
