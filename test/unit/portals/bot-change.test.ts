import { describe, expect, it } from 'vitest';
import { type GreetingChange, mergedGreeting } from '../../../src/portals/bot-change.ts';
import type { StoredGreeting } from '../../../src/store/tenants/bots.ts';

describe('the greeting of a bot', () => {
  it.each<readonly [string, GreetingChange, StoredGreeting | null, StoredGreeting | null]>([
    ['is set in one language beside the other', { texts: { en: 'b' } }, { ru: 'а' }, { ru: 'а', en: 'b' }],
    ['is the usual one again', { texts: { ru: null } }, { ru: 'а' }, null],
    ['is switched off with its words kept', { isOff: true }, { ru: 'а' }, { ru: 'а', off: true }],
    ['is switched on again', { isOff: false }, { ru: 'а', off: true }, { ru: 'а' }],
    ['stays off when its words change', { texts: { ru: 'б' } }, { off: true }, { ru: 'б', off: true }],
    ['is set for the first time', { texts: { ru: 'а' } }, null, { ru: 'а' }],
  ])('%s', (_, change, known, expected) => {
    expect(mergedGreeting(known ?? {}, change)).toEqual(expected);
  });
});
