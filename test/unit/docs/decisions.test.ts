import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, 'docs/decisions');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const files = readdirSync(folder).filter((name) => name !== 'README.md');

/** What people write, by path: the sources, the documents, and the settings of tools. */
const folders = ['src', 'sandbox', 'test', 'bench', 'docs', 'migrations', 'scripts', 'install'];
const readable = /\.(?:ts|js|mjs|md|sql|html|vue|css)$/;
const texts = [
  ...readdirSync(root).filter((name) => readable.test(name)),
  ...folders.flatMap((name) =>
    readdirSync(join(root, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && readable.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length)),
  ),
];

/** The references of a text that lead nowhere: `decision 0001`, `decisions 0001 and 0002`, names of records in paths and links. */
function missingIn(text: string): readonly string[] {
  const lists = text.match(/\bdecisions? \d{4}\b(?:(?:, | and | to | or |–|-)\d{4}\b)*/gi) ?? [];
  const numbers = lists.flatMap((list) => list.match(/\d{4}/g) ?? []);
  const names = [...text.matchAll(/(?:decisions\/|\]\()(\d{4}(?:-[\w-]+\.md|[\w-]*))/g)].map(([, name]) => name ?? '');
  return [
    ...numbers.filter((number) => !files.some((file) => file.startsWith(`${number}-`))),
    ...names.filter((name) => !files.includes(name)),
  ];
}

/** The row of the index that a record deserves. */
function rowOf(file: string): string {
  const text = read(`docs/decisions/${file}`);
  const [, number = '', title = ''] = /^# (\d{4})\. (.+)\n/.exec(text) ?? [];
  const [, status = '', date = ''] = /^- Status: (.+)\n- Date: (.+)$/m.exec(text) ?? [];
  return `| [${number}](${file}) | ${title} | ${status} | ${date} |`;
}

describe('records of decisions', () => {
  it.each(files)('%s has a number of its own, a title, status, date and parts', (file) => {
    expect(file).toMatch(/^\d{4}-[a-z0-9-]+\.md$/);
    expect(files.filter((other) => other.startsWith(file.slice(0, 5)))).toEqual([file]);
    const text = read(`docs/decisions/${file}`);
    expect(text.startsWith(`# ${file.slice(0, 4)}. `)).toBe(true);
    expect(text).toMatch(/^- Status: (?:proposed|accepted|replaced by \d{4})\n- Date: \d{4}-\d\d-\d\d$/m);
    const parts = [...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part);
    expect(parts.slice(0, 2)).toEqual(['Context', 'Decision']);
    expect(parts).toContain('Consequences');
  });

  it('are all in the index, by number, as they call themselves, and nothing else is', () => {
    expect(files.length).toBeGreaterThan(10);
    const rows = read('docs/decisions/README.md')
      .split('\n')
      .filter((line) => line.startsWith('| ['));
    expect(rows).toEqual(files.toSorted().map(rowOf));
  });

  it('exist wherever something refers to one', () => {
    expect(texts.length).toBeGreaterThan(500);
    const wrong = texts.flatMap((path) => missingIn(read(path)).map((reference) => `${path}: ${reference}`));
    expect(wrong).toEqual([]);
  });

  it('are found missing by number, in lists, in paths and in links', () => {
    const [file = ''] = files;
    const there = file.slice(0, 4);
    const absent = '99'.repeat(2);
    expect(missingIn(`Decision ${there}: see docs/decisions/${file}. Or [${there}](${file}).`)).toEqual([]);
    expect(missingIn(`(decision ${absent})`)).toEqual([absent]);
    expect(missingIn(`Decisions ${there}, ${there} and ${absent}.`)).toEqual([absent]);
    expect(missingIn(`docs/decisions/${absent}-x.md.`)).toEqual([`${absent}-x.md`]);
    expect(missingIn(`docs/decisions/${there}-no-longer-called-so.md`)).toHaveLength(1);
    expect(missingIn(`[${there}](${absent}-x.md)`)).toEqual([`${absent}-x.md`]);
  });
});
