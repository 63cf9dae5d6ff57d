/** What the options of `bots` make of a greeting. */
import { describe, expect, it } from 'vitest';
import { readGreeting } from '../../../src/cli/greeting.ts';
import { BadInput } from '../../../src/core/errors.ts';
import type { StoredGreeting } from '../../../src/store/tenants/bots.ts';

const read = (given: Readonly<Record<string, string>>, known: StoredGreeting | null = null) => {
  const line = { text: (name: string) => given[name] ?? null } as Parameters<typeof readGreeting>[0];
  return readGreeting(line, known);
};

describe('the greeting of a bot', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, StoredGreeting | null, object]>([
    ['stays as it is', {}, { ru: 'а' }, {}],
    [
      'is set in one language beside the other',
      { 'greeting-en': 'b' },
      { ru: 'а' },
      { greeting: { ru: 'а', en: 'b' } },
    ],
    ['is the usual one again', { 'greeting-ru': 'default' }, { ru: 'а' }, { greeting: null }],
    ['is switched off with its words kept', { greeting: 'off' }, { ru: 'а' }, { greeting: { ru: 'а', off: true } }],
    ['is switched on again', { greeting: 'on' }, { ru: 'а', off: true }, { greeting: { ru: 'а' } }],
    ['stays off when its words change', { 'greeting-ru': 'б' }, { off: true }, { greeting: { ru: 'б', off: true } }],
    ['comes after some time', { 'greet-after': '10' }, null, { greet_after_seconds: 10 }],
    ['always comes', { 'greet-after': '0' }, null, { greet_after_seconds: 0 }],
  ])('%s', (_, given, known, expected) => {
    expect(read(given, known)).toEqual(expected);
  });

  it.each([
    [{ greeting: 'yes' }],
    [{ 'greeting-ru': ' ' }],
    [{ 'greeting-ru': 'а'.repeat(2_001) }],
    [{ 'greet-after': '-1' }],
    [{ 'greet-after': '601' }],
    [{ 'greet-after': '1.5' }],
    [{ 'greet-after': '' }],
  ])('cannot be %j', (given) => {
    expect(() => read(given)).toThrow(BadInput);
  });
});
