/** The audit list tells in words what was done: every action the program notes has some. */
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { settings } from '../../../install/src/texts/en/settings.ts';

const root = fileURLToPath(new URL('../../../src/', import.meta.url));

/** Actions whose name is put together: a decision on one dead letter, or on many. */
const composed = ['dead_letter.replayed', 'dead_letter.dropped', 'dead_letters.replayed', 'dead_letters.dropped'];

it('has words for every action', async () => {
  const noted = new Set(composed);
  for await (const file of glob('{api,portals,queue,connections,http}/**/*.ts', { cwd: root })) {
    const source = await readFile(`${root}${file}`, 'utf8');
    if (!/\bnote\b/.test(source)) continue;
    for (const [, expression = ''] of source.matchAll(/\baction: ([^,}\n]*)/g)) {
      for (const [, action = ''] of expression.matchAll(/'([a-z_]+\.[a-z_]+)'/g)) noted.add(action);
    }
  }
  expect(noted.size).toBeGreaterThan(20);
  expect([...noted].filter((action) => !Object.hasOwn(settings.audit.actions, action))).toEqual([]);
});
