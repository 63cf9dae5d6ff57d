/** A copy of the repository in which one fault at a time is planted and the tests are run. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Mutant } from './make-mutants.ts';
import type { Reach, TestFile } from './reach.ts';

/** Of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

const copied = [
  'src',
  'test',
  'sandbox',
  'migrations',
  'docs',
  'schema.sql',
  'install',
  'bench',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];

/** Tests that take so many times as long as without the fault hang: it is noticed. */
const patience = 4;
const leastMs = 30_000;

/** The measured time of a file does not include its loading and its set-up. */
const setUpMs = 2_000;

/** The tests are run in steps, the quickest first, of at most so much measured time. */
const stepsMs: readonly number[] = [10_000, 40_000];

export interface Tree {
  readonly folder: string;
  /**
   * True when a test fails, or hangs, with the fault, and not without it.
   *
   * @param budgetMs measured time of the tests that are asked; the rest is not
   */
  notices(mutant: Mutant, reach: Reach, budgetMs: number): Promise<boolean>;
  close(): Promise<void>;
}

export async function startTree(): Promise<Tree> {
  const folder = await mkdtemp(join(tmpdir(), 'mutants-'));
  for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const list = join(folder, 'test-order.txt');
  /** By their names, whether these tests pass without a fault. */
  const controls = new Map<string, boolean>();

  async function areGreen(tests: readonly TestFile[]): Promise<boolean> {
    await writeFile(list, tests.map(({ path }) => path).join('\n'));
    const took = tests.reduce((sum, { ms }) => sum + ms + setUpMs, 0);
    const names = tests.map(({ path }) => path);
    const code = await runTests(folder, ['--bail=1', '--maxWorkers=1', ...names], {
      env: { TEST_ORDER: list },
      limitMs: leastMs + patience * took,
    });
    return code === 0;
  }

  /** Only of tests that failed with a fault: on a busy machine they may have failed, or taken too long, because of it. */
  async function passWithout(tests: readonly TestFile[]): Promise<boolean> {
    const names = tests.map(({ path }) => path).join();
    const known = controls.get(names) ?? (await areGreen(tests));
    controls.set(names, known);
    return known;
  }

  return {
    folder,
    async notices(mutant, reach, budgetMs) {
      const path = join(folder, mutant.file);
      const text = await readFile(path, 'utf8');
      const changed = text.slice(0, mutant.start) + mutant.to + text.slice(mutant.end);
      for (const step of inSteps(reach.testsOf(mutant, text), budgetMs)) {
        await writeFile(path, changed);
        const isRed = !(await areGreen(step));
        await writeFile(path, text);
        if (isRed && (await passWithout(step))) return true;
      }
      return false;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function inSteps(tests: readonly TestFile[], budgetMs: number): readonly (readonly TestFile[])[] {
  const ends = [...stepsMs.filter((end) => end < budgetMs), budgetMs];
  const steps = ends.map((): TestFile[] => []);
  let total = 0;
  for (const test of tests) {
    total += test.ms;
    steps[ends.findIndex((end) => total <= end)]?.push(test);
  }
  return steps.filter(({ length }) => length > 0);
}

interface How {
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/** Runs Vitest in a tree; answers its exit code, or null when it had to be killed. */
export function runTests(folder: string, args: readonly string[], { env, limitMs }: How): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const loaded = `--import ${pathToFileURL(join(folder, 'test/mutants/record-marks.ts')).href}`;
    const child = spawn(process.execPath, [vitest, 'run', '--config', 'test/mutants/vitest.config.ts', ...args], {
      cwd: folder,
      stdio: 'ignore',
      // A failure is a failure here; and a group of its own, so that nothing of it outlives the limit.
      env: { ...process.env, CI: undefined, NODE_OPTIONS: loaded, ...env },
      detached: true,
    });
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limitMs);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}
