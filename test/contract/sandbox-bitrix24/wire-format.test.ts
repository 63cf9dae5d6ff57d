/** The form encoding: as PHP writes it, and read back as PHP reads it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildQuery, decodePairs, parseForm, phpUrlencode } from '../../../sandbox/bitrix24/wire-format.ts';

describe('buildQuery', () => {
  it('writes brackets escaped, true as 1, false as 0, and leaves null, undefined and empty lists out', () => {
    const fields = { a: { b: [true, false], none: null, gone: undefined, empty: [], map: {} }, c: 'x y~!' };
    expect(buildQuery(fields)).toBe('a%5Bb%5D%5B0%5D=1&a%5Bb%5D%5B1%5D=0&c=x+y%7E%21');
  });

  it('keeps the order of maps with numeric keys', () => {
    const entries = new Map([
      [9, 'nine'],
      [2, 'two'],
    ]);
    expect(decodePairs(buildQuery({ data: entries }))).toEqual([
      ['data[9]', 'nine'],
      ['data[2]', 'two'],
    ]);
  });

  it('survives a half surrogate pair', () => {
    expect(phpUrlencode('a\ud800')).toBe('a%EF%BF%BD');
  });
});

describe('parseForm', () => {
  it('reads nested keys, appending brackets and lists', () => {
    expect(parseForm('a[x][]=1&a[x][]=2&a[y]=3&b.c=4&d=')).toEqual({ a: { x: ['1', '2'], y: '3' }, b_c: '4', d: '' });
  });

  it('does not touch the prototype', () => {
    parseForm('__proto__[polluted]=1&constructor[prototype][polluted]=1');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('gives back any text that buildQuery wrote, under any key of letters', () => {
    const key = fc.stringMatching(/^[a-z]{1,8}$/);
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.dictionary(key, fc.dictionary(key, text, { minKeys: 1 }), { noNullPrototype: true }), (fields) => {
        expect(parseForm(buildQuery(fields))).toEqual(fields);
      }),
    );
  });
});
