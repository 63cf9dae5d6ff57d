/** Defines the tests for one kind of hostile inputs: each is tried on every reader of outside data. */
import { describe, expect, it } from 'vitest';
import type { HostileInput } from './hostile-inputs.ts';
import { createGrowthMeter } from './measure-growth.ts';
import { outsideReaders } from './outside-readers.ts';

export function describeLinearTime(inputs: readonly HostileInput[]): void {
  describe('every reader of outside data takes time in proportion to it: at most 2.5 times as long for twice as much', () => {
    it.each(inputs)('of $name', ({ make }) => {
      const tooMuchGrowth = createGrowthMeter(make);
      const slow = outsideReaders.flatMap(({ name, read, startAt }) => {
        const growth = tooMuchGrowth(read, startAt);
        return growth === null ? [] : [{ reader: name, ...growth }];
      });
      expect(slow).toEqual([]);
    });
  });
}
