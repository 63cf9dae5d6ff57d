/** The table of signals in the platform notes names the brains that take each of them. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { brains } from '../../src/brains/index.ts';

const notes = readFileSync(new URL('../../docs/platform-notes/bitrix24.md', import.meta.url), 'utf8');

/** Behind the capability's name in its cell, up to the end of the sentence: the names of the brains. */
function namedFor(capability: string): string[] {
  const names = new RegExp(`\`${capability}\`: ([a-z, ]+)`).exec(notes)?.[1] ?? '';
  return names.trim().split(', ').sort();
}

it.each(['edits', 'deletes', 'reactions', 'receipts', 'ownership', 'sessions', 'answeredByPeople'] as const)(
  'the brains with %s are those of the table',
  (capability) => {
    const takers = brains.filter(({ capabilities }) => capabilities[capability] === true).map(({ name }) => name);
    expect(namedFor(capability)).toEqual(takers.sort());
  },
);
