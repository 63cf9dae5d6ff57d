/** `npm test` itself, in folders of its own. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../../scripts/run-tests.ts', import.meta.url));
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** Fails until a run has left its mark, as a test does that something else disturbs once. */
const once = `
  import { existsSync, writeFileSync } from 'node:fs';
  it('passes', () => {});
  it('fails once', () => {
    const isFirst = !existsSync('mark');
    writeFileSync('mark', '');
    expect(isFirst).toBe(false);
  });`;
const always = `it('fails', () => { expect(1).toBe(2); });`;

interface Outcome {
  readonly code: number | null;
  readonly lines: readonly string[];
}

async function runTests(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-run-tests-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const inherited = Object.entries(process.env).filter(([name]) => !/^(CI$|VITEST|NODE_OPTIONS$)/.test(name));
  const child = spawn(process.execPath, [script, '--root', folder, '--globals', '--reporter', 'dot', ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = await text(child.stdout);
  return { code: await ended, lines: output.split('\n') };
}

it('on a build machine a file that failed runs once more, alone, and the run is told by both', async () => {
  const files = { 'once.test.ts': once, 'always.test.ts': always, 'not-asked-for.test.ts': always };
  const { code, lines } = await runTests(files, { CI: '1' }, 'once', 'always');
  expect(lines).toContain('failed beside others, passed alone: once.test.ts');
  expect(lines).toContain('failed beside others and alone: always.test.ts');
  expect(lines.at(-2)).toBe('2 passed, 1 failed, 0 skipped');
  expect(code).toBe(1);
});

it('a run whose failed files all pass alone has passed', async () => {
  const { code, lines } = await runTests({ 'once.test.ts': once }, { CI: '1' });
  expect(lines.at(-2)).toBe('2 passed, 0 failed, 0 skipped');
  expect(code).toBe(0);
});

it('at a desk a failure is a failure', async () => {
  const { code, lines } = await runTests({ 'once.test.ts': once }, {});
  expect(lines.filter((line) => line.includes('alone'))).toEqual([]);
  expect(code).toBe(1);
});
