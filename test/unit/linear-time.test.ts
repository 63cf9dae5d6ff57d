import { describe, expect, it } from 'vitest';
import { hostileInputs } from '../support/growth/hostile-inputs.ts';
import { tooMuchGrowth } from '../support/growth/measure-growth.ts';
import { outsideReaders } from '../support/growth/outside-readers.ts';

describe('time grows with the input, never with its square, in', () => {
  it.each(outsideReaders)('$name', { timeout: 120_000 }, ({ read, startAt }) => {
    const slow: object[] = [];
    for (const { name, make } of hostileInputs) {
      const growth = tooMuchGrowth(read, make, startAt);
      if (growth !== null) slow.push({ input: name, ...growth });
      // Enough to see what is wrong.
      if (slow.length === 3) break;
    }
    expect(slow).toEqual([]);
  });
});
