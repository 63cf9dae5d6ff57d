/** A copy of the project in a temporary folder, for tests that change the project's files. */
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The files that `npm run new:brain` changes, and those that its new files import. */
const copied = [
  ...['.env.example', 'README.md', 'biome.json', 'package.json', 'tsconfig.json', 'docs', 'install', 'migrations'],
  ...['sandbox', 'scripts', 'src', 'test/contract', 'test/fixtures', 'test/support'],
];

/** Copies what `npm run new:brain` and the brain it writes need; returns the folder, which the caller removes. */
export function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'new-brain-'));
  for (const part of copied) {
    // Without the test that makes the copy: it would copy the project again there.
    const filter = (source: string): boolean => !source.endsWith('new-brain.test.ts');
    cpSync(join(root, part), join(copy, part), { recursive: true, filter });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
