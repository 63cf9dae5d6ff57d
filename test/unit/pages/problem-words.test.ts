/** The pages have words of their own for what the API refuses, because the API has them in two languages only. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { problems } from '../../../install/src/texts/en/problems.ts';

/** What the status of the answer tells. */
const byStatus =
  /\.(unknown|session_over|not_allowed|too_many|changed|no_connection|unknown_connection|invalid|unreadable)$|^unavailable$/;

it('every refusal of the API has words on the pages, or is one of those that its status tells', async () => {
  const file = fileURLToPath(new URL('../../../src/api/error-texts.ts', import.meta.url));
  const source = await readFile(file, 'utf8');
  const codes = [...source.matchAll(/^ {2}'?([a-z_]+(?:\.[a-z_]+)?)'?: \{/gm)].map(([, code]) => code ?? '');
  expect(codes.length).toBeGreaterThan(30);
  expect(codes.filter((code) => !Object.hasOwn(problems, code) && !byStatus.test(code))).toEqual([]);
});
