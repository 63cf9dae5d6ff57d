import { describe, expect, it } from 'vitest';
import { createGrowthMeter } from '../../support/linear-time/measure-growth.ts';

describe('the measurement of growth', () => {
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

  it('finds a reader that searches the rest for what is not there, time and again', () => {
    const quadratic = (text: string): number => {
      let found = 0;
      for (let at = 0; at < text.length; at += 4) found = Math.max(found, text.indexOf(';', at));
      return found;
    };
    expect(createGrowthMeter(make)(quadratic)).not.toBeNull();
  });

  it('finds a regular expression that tries every space as the beginning of an end', () => {
    const blanks = (length: number): string => `a${' '.repeat(length)}b`;
    expect(createGrowthMeter(blanks)((text) => text.replace(/\s+$/, ''), 8 * 1024)).not.toBeNull();
  });

  it('clears a reader whose time takes a step at one length', () => {
    const linear = (text: string): number => {
      let sum = 0;
      for (let time = 0; time < (text.length > 50_000 ? 90 : 30); time += 1) sum += charactersOf(text);
      return sum;
    };
    expect(createGrowthMeter(make)(linear)).toBeNull();
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
