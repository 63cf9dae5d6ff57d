/** What `npm run new:brain` writes compiles, with the whole project around it; `test/contract/brains/new-brain.test.ts` runs it. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { copyProject } from '../support/project-copy.ts';

const runFile = promisify(execFile);
const copy = copyProject();
afterAll(() => rmSync(copy, { recursive: true, force: true }));

it('npm run new:brain writes what compiles', async () => {
  const run = (script: string, ...words: readonly string[]) =>
    runFile(process.execPath, [script, ...words], { cwd: copy });
  await run(join(copy, 'scripts/new-brain.ts'), 'scaffolded');
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  // What does not compile is told on the standard output, which the error carries along.
  const compiled = await run(compiler, '-p', copy).catch((error: unknown) => error);
  expect(compiled).toMatchObject({ stdout: '' });
  expect(compiled).not.toBeInstanceOf(Error);
});
