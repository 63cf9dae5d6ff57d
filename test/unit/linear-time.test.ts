import { describe, expect, it } from 'vitest';
import { hostileInputs } from '../support/growth/hostile-inputs.ts';
import { createGrowthMeter } from '../support/growth/measure-growth.ts';
import { outsideReaders } from '../support/growth/outside-readers.ts';

describe('every reader of outside data takes time in proportion to it: at most 2.5 times as long for twice as much', () => {
  it.each(hostileInputs)('of $name', ({ make }) => {
    const tooMuchGrowth = createGrowthMeter(make);
    const slow = outsideReaders.flatMap(({ name, read, startAt }) => {
      const growth = tooMuchGrowth(read, startAt);
      return growth === null ? [] : [{ reader: name, ...growth }];
    });
    expect(slow).toEqual([]);
  });
});

describe('the measurement itself', () => {
  const make = (length: number): string => 'a'.repeat(length);
  const charactersOf = (text: string): number => {
    let sum = 0;
    for (let at = 0; at < text.length; at += 1) sum += text.charCodeAt(at);
    return sum;
  };

  it('finds a reader that reads everything once for every so many characters', () => {
    const quadratic = (text: string): number => {
      let sum = 0;
      for (let at = 0; at < text.length; at += 64) sum += charactersOf(text);
      return sum;
    };
    expect(createGrowthMeter(make)(quadratic)).not.toBeNull();
  });

  it('clears a reader that reads everything a hundred times', () => {
    const linear = (text: string): number => {
      let sum = 0;
      for (let time = 0; time < 100; time += 1) sum += charactersOf(text);
      return sum;
    };
    expect(createGrowthMeter(make)(linear)).toBeNull();
  });
});
