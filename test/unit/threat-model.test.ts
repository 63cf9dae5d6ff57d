import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const paper = readFileSync(pathOf('docs/threat-model.md'), 'utf8');

/** The cells of all table rows below the headings of boundaries. */
function boundaryRows(): string[][] {
  const [, boundaries = ''] = paper.split('## Trust boundaries');
  return boundaries
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| threat'))
    .map((line) => line.slice(2, -2).split(' | '));
}

const filesIn = (text: string): string[] => [...text.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, file]) => file ?? '');

/** Files of the soak runs that are none themselves. */
const machinery = new Set(['list.ts', 'one-soak.ts', 'run.ts']);

describe('the threat model', () => {
  it('names tests that exist', () => {
    const named = filesIn(paper);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((file) => !existsSync(pathOf(file)))).toEqual([]);
  });

  it('has a test for every threat', () => {
    const rows = boundaryRows();
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((cells) => cells.length !== 3 || filesIn(cells[2] ?? '').length === 0)).toEqual([]);
  });

  it.each(Array.from({ length: 14 }, (_, index) => index + 1))('has a row for point %i of the attack run', (point) => {
    expect(boundaryRows().some(([threat]) => threat?.endsWith(`(${point})`))).toBe(true);
  });

  it('says what each soak run shows', () => {
    const runs = readdirSync(pathOf('test/soak')).filter((file) => file.endsWith('.ts') && !machinery.has(file));
    expect(runs.length).toBeGreaterThanOrEqual(8);
    expect(runs.filter((file) => !filesIn(paper).includes(`test/soak/${file}`))).toEqual([]);
  });
});
