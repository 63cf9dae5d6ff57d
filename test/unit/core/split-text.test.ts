import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from '../../../src/core/split-text.ts';

describe('splitText', () => {
  it('loses and changes nothing, and no part is too long or breaks a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 2, max: 50 }), (text, limit) => {
        const parts = splitText(text, limit);
        expect(parts.join('')).toBe(text);
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0);
          expect(part.length).toBeLessThanOrEqual(limit);
          expect(part.isWellFormed() || !text.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it.each([1, 0, -5, Number.NaN, Number.NEGATIVE_INFINITY, 1.9])('takes the limit %d of a remote for 2', (limit) => {
    const text = 'a😀b😀😀 c\n';
    expect(splitText(text, limit)).toEqual(splitText(text, 2));
    expect(splitText(text, limit, 'b').join('')).toBe(text);
  });

  it('knows no end where there is none, and takes the whole part of a limit', () => {
    expect(splitText('abcdef', Number.POSITIVE_INFINITY)).toEqual(['abcdef']);
    expect(splitText('abcdef', 4.9)).toEqual(['abcd', 'ef']);
  });

  it('cuts at line breaks and spaces where there are some', () => {
    expect(splitText('раз два три', 8)).toEqual(['раз два ', 'три']);
    expect(splitText('один\nдва три', 8)).toEqual(['один\n', 'два три']);
  });
});
