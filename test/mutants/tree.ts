/** A copy of the repository in which one fault at a time is planted and the tests are run. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Mutant } from './make-mutants.ts';
import type { Reach, TestFile } from './reach.ts';
import { readReport } from './report.ts';

/** Of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** In the root of the repository. Everything else is copied: tests read documents, scripts and settings too. */
const notCopied: ReadonlySet<string> = new Set(['.git', 'node_modules', 'data', 'artifacts', 'coverage']);

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
  const names = (await readdir(root)).filter((name) => !notCopied.has(name));
  for (const name of names) await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const [list, report] = [join(folder, 'test-order.txt'), join(folder, 'report.json')];
  /** Test files that have failed here without a fault: they tell nothing. */
  const useless = new Set<TestFile>();

  /** The test file that fails first; all of them when they hang or cannot even be loaded; none when all pass. */
  async function failing(tests: readonly TestFile[]): Promise<readonly TestFile[]> {
    await writeFile(list, tests.map(({ path }) => path).join('\n'));
    const took = tests.reduce((sum, { ms }) => sum + ms + setUpMs, 0);
    const names = tests.map(({ path }) => path);
    const args = ['--bail=1', '--maxWorkers=1', '--reporter=json', `--outputFile=${report}`];
    const limitMs = leastMs + patience * took;
    await rm(report, { force: true });
    const code = await runTests(folder, [...args, ...names], { env: { TEST_ORDER: list }, limitMs });
    if (code === 0) return [];
    const results = existsSync(report) ? await readReport(report, folder) : [];
    const failed = new Set(results.filter((one) => one.hasFailed).map(({ path }) => path));
    return failed.size === 0 ? tests : tests.filter(({ path }) => failed.has(path));
  }

  /** True when tests fail with the fault that pass without it: on a busy machine some may fail because of that. */
  async function notice(tests: readonly TestFile[], path: string, changed: string): Promise<boolean> {
    const text = await readFile(path, 'utf8');
    for (;;) {
      const asked = tests.filter((test) => !useless.has(test));
      if (asked.length === 0) return false;
      await writeFile(path, changed);
      const failed = await failing(asked);
      await writeFile(path, text);
      if (failed.length === 0) return false;
      const failedWithout = await failing(failed);
      if (failedWithout.length === 0) return true;
      for (const test of failedWithout) {
        useless.add(test);
        process.stderr.write(`fails without a fault and is left out: ${test.path}\n`);
      }
    }
  }

  return {
    folder,
    async notices(mutant, reach, budgetMs) {
      const path = join(folder, mutant.file);
      const text = await readFile(path, 'utf8');
      const changed = text.slice(0, mutant.start) + mutant.to + text.slice(mutant.end);
      for (const step of inSteps(reach.testsOf(mutant, text), budgetMs)) {
        if (await notice(step, path, changed)) return true;
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
