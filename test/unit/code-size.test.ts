import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const linter = join(import.meta.dirname, '../../node_modules/.bin/oxlint');

let tree = '';

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'size-'));
  await mkdir(join(tree, 'src'));
  const rules = await readFile(join(import.meta.dirname, '../../.oxlintrc.json'), 'utf8');
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
const fileOf = (count: number): string =>
  Array.from({ length: count }, (_, index) => `export const n${index} = ${index};\n`).join('');

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
    ['a file of 300 lines', fileOf(300), ''],
    ['a file of 301 lines', fileOf(301), 'max-lines'],
  ])('judges %s', async (_what, source, rule) => {
    const complaints = await complaintsAbout(source);
    expect(/max-[a-z-]+/.exec(complaints)?.[0] ?? '').toBe(rule);
  });
});
