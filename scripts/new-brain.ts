/**
 * `npm run new:brain <name>`: writes a new brain that works already: its folder, a server for the sandbox, harness, fixture, unit test,
 * document and its lines in the lists. `--root <folder>` does this in another checkout. Files of existing brains are not changed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brainNameProblem } from '../src/core/define-brain.ts';
import { listFiles, listWith, newFiles } from './brain-scaffold.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { root: { type: 'string' } } });
const root = resolve(values.root ?? fileURLToPath(new URL('..', import.meta.url)));
const [name = '', ...others] = positionals;

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\nnpm run new:brain <name>\n`);
  process.exit(2);
}

const problem = others.length > 0 ? 'one brain at a time' : brainNameProblem(name);
if (problem !== null) refuse(problem);
const files = newFiles(name);
const taken = [...files.keys()].find((path) => existsSync(join(root, path)));
if (taken !== undefined) refuse(`${taken} is there already`);
// All lists first: if one cannot be changed, nothing is written.
const lists = listFiles.map((path) => [path, listWith(path, readFileSync(join(root, path), 'utf8'), name)] as const);

for (const [path, text] of [...files, ...lists]) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const run = (...words: readonly string[]): void => {
  execFileSync(process.execPath, words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
};
const code = [...files.keys(), ...listFiles].filter((path) => path.endsWith('.ts'));
run(join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--write', ...code);
run(join(root, 'scripts/write-settings.ts'));

process.stdout.write(
  [
    ...[...files.keys()].map((path) => `new      ${path}`),
    ...listFiles.map((path) => `changed  ${path}`),
    '',
    `The brain answers already: npm run sandbox -- --brain ${name}`,
    `Its tests:                 npx vitest run test/contract/brains test/unit/brains/${name} -t ${name}`,
    'What to change next:       docs/extending.md',
    '',
  ].join('\n'),
);
