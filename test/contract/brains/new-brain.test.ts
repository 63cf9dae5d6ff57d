/** `npm run new:brain` in a copy of the project: what it writes compiles, passes the contract suite and runs in the sandbox, untouched. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const name = 'scaffolded';

/** What the script changes, and what its files import. */
const copied = [
  ...['.env.example', 'README.md', 'biome.json', 'package.json', 'tsconfig.json', 'docs', 'install', 'migrations'],
  ...['sandbox', 'scripts', 'src', 'test/contract', 'test/fixtures', 'test/support'],
];

const copy = mkdtempSync(join(tmpdir(), 'new-brain-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));
for (const part of copied) {
  // This file copied there would copy again.
  const filter = (source: string): boolean => !source.endsWith('new-brain.test.ts');
  cpSync(join(root, part), join(copy, part), { recursive: true, filter });
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

const script = join(copy, 'scripts/new-brain.ts');
const said = execFileSync(process.execPath, [script, name], { encoding: 'utf8' });

// Both take their time beside the contract suite, which mostly waits.
const runFile = promisify(execFile);
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const compiled = runFile(process.execPath, [compiler, '-p', copy], { cwd: copy }).catch((error: unknown) => error);
const sandbox = startSandbox().catch((error: unknown) => error);

// Everything comes from the copy, so that its files and the app they run in are of one piece.
const suite: typeof import('./contract-suite.ts') = await import(join(copy, 'test/contract/brains/contract-suite.ts'));
const lists: typeof import('./harnesses.ts') = await import(join(copy, 'test/contract/brains/harnesses.ts'));
const app: typeof import('../../../src/brains/index.ts') = await import(join(copy, 'src/brains/index.ts'));
const brain = app.brains.find((one) => one.name === name);
const harness = lists.harnesses[name];
if (brain === undefined || harness === undefined) throw new Error('the new brain is not in the lists');
suite.runConnectorContract({ ...harness, brain });
await import(join(copy, `test/unit/brains/${name}/${name}-brain.test.ts`));

describe('npm run new:brain', () => {
  it('names every file it wrote or changed', () => {
    const named = [...said.matchAll(/^(?:new|changed) +(\S+)$/gm)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(9);
    expect(named.filter((path) => !existsSync(join(copy, path)))).toEqual([]);
    expect(readFileSync(join(copy, 'README.md'), 'utf8')).toContain(`| \`${name}\` |`);
    expect(readFileSync(join(copy, `docs/${name}.md`), 'utf8')).toContain('| `origin` | required |');
  });

  it('writes what compiles', { timeout: 120_000 }, async () => {
    expect(await compiled).toMatchObject({ stdout: '' });
  });

  it.each([['echo'], ['Two'], [name], []])('refuses %s and changes nothing', async (...words) => {
    const before = readFileSync(join(copy, 'src/brains/index.ts'), 'utf8');
    const result = await runFile(process.execPath, [script, ...words]).catch((error: unknown) => error);
    expect(result).toMatchObject({ code: 2 });
    expect(readFileSync(join(copy, 'src/brains/index.ts'), 'utf8')).toBe(before);
  });

  it('writes a brain the sandbox starts with', { timeout: 120_000 }, async () => {
    expect(await sandbox).toMatchObject({ [name]: expect.stringMatching(/^http:/) });
  });
});

/** What the sandbox says when the bots use the new brain; it is stopped again. */
async function startSandbox(): Promise<unknown> {
  const child = spawn(process.execPath, [join(copy, 'sandbox/start.ts'), '--json', '--any-ports', '--brain', name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  try {
    return JSON.parse(await firstLine(child));
  } finally {
    child.kill('SIGTERM');
    await gone;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  return await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the sandbox ended (${code}): ${text}`)));
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('\n')) resolve(text);
    });
  });
}
