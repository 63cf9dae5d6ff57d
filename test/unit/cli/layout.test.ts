import { describe, expect, it } from 'vitest';
import { facts, moment, pageWidth, table, wrap } from '../../../src/cli/framework/layout.ts';

const sentence = 'one two three four five six seven eight nine ten '.repeat(5).trim();

describe('a table', () => {
  it('aligns its columns under their titles', () => {
    const rows = [
      ['long one', '1'],
      ['x', '2'],
    ];
    expect(table(['a', 'bee'], rows).split('\n')).toEqual(['a         bee', 'long one  1', 'x         2']);
  });

  it('wraps what does not fit into a hundred columns, and loses nothing', () => {
    const id = 'i'.repeat(32);
    const laid = table(['id', 'why', 'name'], [[id, sentence, 'short']], '  ');
    expect(Math.max(...laid.split('\n').map((line) => line.length))).toBeLessThanOrEqual(pageWidth);
    expect(laid).toContain(id);
    const words = laid.split(/\s+/);
    for (const word of sentence.split(' ')) expect(words).toContain(word);
  });

  it('never breaks or cuts a word, even where the page gets too wide', () => {
    const id = 'x'.repeat(140);
    expect(table(['id', 'why'], [[id, 'because']])).toContain(id);
    const wide = '漢字'.repeat(40);
    const laid = table(['name', 'why'], [[`${wide} ${wide}`, sentence]]);
    expect(laid.split(wide)).toHaveLength(3);
    expect(laid).not.toContain('…');
  });

  it('is empty without rows', () => {
    expect(table(['a'], [])).toBe('');
  });

  it('does not let what came from outside steer the terminal', () => {
    expect(table(['name'], [['\u001B[2Jevil\nrow']])).toBe('name\n [2Jevil row');
  });
});

describe('facts and sentences', () => {
  it('stand beside their labels', () => {
    const pairs = [
      ['a', '1'],
      ['long', '2'],
    ] as const;
    expect(facts(pairs)).toBe('a     1\nlong  2');
  });

  it('are broken at spaces', () => {
    const lines = wrap(sentence).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines.every((line) => line.length <= pageWidth)).toBe(true);
    expect(lines.join(' ')).toBe(sentence);
  });

  it('tell moments in UTC', () => {
    expect(moment(new Date('2026-07-01T10:11:12.345Z'))).toBe('2026-07-01 10:11:12');
    expect(moment(null)).toBe('-');
  });
});
