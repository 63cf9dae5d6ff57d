import { describe, expect, it } from 'vitest';
import { facts, moment, pageWidth, table, wrap } from '../../../src/cli/layout.ts';

describe('a table', () => {
  it('aligns its columns under their titles', () => {
    const laid = table(
      [{ title: 'a' }, { title: 'bee' }],
      [
        ['long one', '1'],
        ['x', '2'],
      ],
    );
    expect(laid.split('\n')).toEqual(['a         bee', 'long one  1', 'x         2']);
  });

  it('wraps what does not fit into a hundred columns, and loses nothing', () => {
    const id = 'i'.repeat(32);
    const sentence = 'one two three four five six seven eight nine ten '.repeat(5).trim();
    const laid = table(
      [{ title: 'id', isWhole: true }, { title: 'why' }, { title: 'name' }],
      [[id, sentence, 'short']],
    );
    expect(Math.max(...laid.split('\n').map((line) => line.length))).toBeLessThanOrEqual(pageWidth);
    expect(laid).toContain(id);
    const words = laid.split(/\s+/);
    for (const word of sentence.split(' ')) expect(words).toContain(word);
  });

  it('never breaks an id, even where the page gets too wide', () => {
    const id = 'x'.repeat(140);
    expect(table([{ title: 'id', isWhole: true }, { title: 'why' }], [[id, 'because']])).toContain(id);
  });

  it('is empty without rows', () => {
    expect(table([{ title: 'a' }], [])).toBe('');
  });

  it('does not let what came from outside steer the terminal', () => {
    expect(table([{ title: 'name' }], [['\u001B[2Jevil\nrow']])).toBe('name\n [2Jevil row');
  });
});

describe('facts and sentences', () => {
  it('stand beside their labels', () => {
    expect(
      facts([
        ['a', '1'],
        ['long', '2'],
      ]),
    ).toBe('a     1\nlong  2');
  });

  it('are broken at spaces, or where there is none', () => {
    expect(wrap('aa bb cc', '', 5)).toBe('aa bb\ncc');
    expect(wrap('aaaaaaaa', ' ', 5)).toBe(' aaaa\n aaaa');
  });

  it('tell moments in UTC', () => {
    expect(moment(new Date('2026-07-01T10:11:12.345Z'))).toBe('2026-07-01 10:11:12');
    expect(moment(null)).toBe('-');
  });
});
