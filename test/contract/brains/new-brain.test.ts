/** `npm run new:brain` in a copy of the project: what it writes passes the contract suite and runs in the sandbox, untouched. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { copyProject } from '../../support/project-copy.ts';

const name = 'scaffolded';

const copy = copyProject();
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const script = join(copy, 'scripts/new-brain.ts');
const said = execFileSync(process.execPath, [script, name], { encoding: 'utf8' });

const runFile = promisify(execFile);
// Starts beside the contract suite, which mostly waits.
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
