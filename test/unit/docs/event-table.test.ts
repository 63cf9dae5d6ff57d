/** The table of events in the platform notes names every event that the app knows, and tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventRegistry } from '../../../src/bitrix24/events/event-registry.ts';

const notes = readFileSync(new URL('../../../docs/platform-notes/bitrix24.md', import.meta.url), 'utf8');
const table = notes.split('### Events and what becomes of them')[1]?.split('\nSources:')[0] ?? '';

it.each(eventRegistry.map(({ name }) => name))('says what becomes of %s', (name) => {
  expect(table).toMatch(new RegExp(`(^\\| |, )${name}\\b`, 'm'));
});

it('names tests that exist', () => {
  const named = [...table.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(new URL(`../../../${path}`, import.meta.url)))).toEqual([]);
});
