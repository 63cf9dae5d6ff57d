/** How large files and functions may be. The linter judges functions; files of all kinds, in all folders, are counted here. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const linter = join(root, 'node_modules/.bin/oxlint');

/** Code that people write; data, documents and pictures are as long as they are. */
const kinds = ['.ts', '.js', '.mjs', '.vue', '.css', '.html', '.sh', '.pl', '.py', '.sql', '.yaml', '.yml'];
const mostLines = 300;
/** Written by `npm run schema`. */
const generated = ['schema.sql'];
/** Not ours, or built from what is ours. */
const passedOver = ['node_modules', 'dist', 'dist-types', 'fixtures', 'artifacts', 'data', 'coverage', '.git'];

let tree = '';

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'size-'));
  await mkdir(join(tree, 'src'));
  const rules = await readFile(join(root, '.oxlintrc.json'), 'utf8');
  // Rules that need types would need a whole project.
  await writeFile(join(tree, '.oxlintrc.json'), rules.replace('"typeAware": true', '"typeAware": false'));
});

afterAll(() => rm(tree, { recursive: true, force: true }));

const lines = (count: number): string => Array.from({ length: count }, () => `  text += 'x';\n`).join('');
const functionOf = (count: number): string =>
  `export function write(): string {\n  let text = '';\n${lines(count - 4)}  return text;\n}\n`;
const functionWith = (parameters: number): string => {
  const names = Array.from({ length: parameters }, (_, index) => `p${index}: string`);
  return `export const join = (${names.join(', ')}): string => [${names.map((name) => name.slice(0, 2)).join(', ')}].join();\n`;
};
const fileOf = (count: number): string => 'x\n'.repeat(count);

/** Files below a folder that are too long, as `path (lines)`. */
async function longFilesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !passedOver.includes(entry.name)) found.push(...(await longFilesIn(path)));
    if (!entry.isFile() || !kinds.includes(extname(entry.name)) || generated.includes(entry.name)) continue;
    const count = (await readFile(path, 'utf8')).split('\n').length - 1;
    if (count > mostLines) found.push(`${path} (${count})`);
  }
  return found;
}

async function complaintsAbout(source: string): Promise<string> {
  await writeFile(join(tree, 'src/planted.ts'), source);
  return await run(linter, ['-f', 'unix', 'src'], { cwd: tree }).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

describe('the check of sizes', () => {
  it.each([
    ['a function of 60 lines', functionOf(60), ''],
    ['a function of 61 lines', functionOf(61), 'max-lines-per-function'],
    ['four parameters', functionWith(4), ''],
    ['five parameters', functionWith(5), 'max-params'],
  ])('judges %s', async (_what, source, rule) => {
    const complaints = await complaintsAbout(source);
    expect(/max-[a-z-]+/.exec(complaints)?.[0] ?? '').toBe(rule);
  });

  it('finds no file that is too long', async () => {
    expect(await longFilesIn(root)).toEqual([]);
  });

  it.each(['test/deep/planted.test.ts', 'install/Planted.vue', 'planted.sh'])('finds one that is: %s', async (path) => {
    const planted = await mkdtemp(join(tmpdir(), 'long-'));
    const file = join(planted, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, fileOf(mostLines));
    expect(await longFilesIn(planted)).toEqual([]);
    await writeFile(file, fileOf(mostLines + 1));
    expect(await longFilesIn(planted)).toEqual([`${file} (${mostLines + 1})`]);
    await rm(planted, { recursive: true });
  });
});
