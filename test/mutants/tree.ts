/** A copy of the repository in which one fault at a time is planted and the tests are run. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './make-mutants.ts';
import type { Room } from './rooms.ts';

/** Of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

const copied = [
  'src',
  'test',
  'sandbox',
  'migrations',
  'install',
  'bench',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];

/** Tests that take so many times as long as without the fault hang: it is noticed. */
const patience = 4;
const leastMs = 90_000;

/** Characters kept of a report. */
const saidLength = 4_000;

export interface Tree {
  /** Runs the room's tests without a fault, to know how long they take. Throws when they fail. */
  measure(room: Room): Promise<void>;
  /** True when a test of the room fails, or hangs, with the fault. */
  notices(room: Room, mutant: Mutant): Promise<boolean>;
  close(): Promise<void>;
}

/** @param isQuick the slow tests are left out: faults that only they notice count as living */
export async function startTree(isQuick: boolean): Promise<Tree> {
  const folder = await mkdtemp(join(tmpdir(), 'mutants-'));
  for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const nearest = await importersBelow(join(root, 'test'));
  const limits = new Map<readonly string[], number>();

  async function measure(tests: readonly string[]): Promise<void> {
    if (tests.length === 0 || limits.has(tests)) return;
    const begun = performance.now();
    const { isGreen, said } = await run(folder, tests, 1_200_000);
    if (!isGreen) throw new Error(`without a fault, tests fail:\n${said}`);
    limits.set(tests, Math.max(leastMs, patience * (performance.now() - begun)));
  }

  return {
    async measure(room) {
      await measure(room.quick);
      if (!isQuick) await measure(room.slow);
    },
    async notices(room, { file, start, end, to }) {
      const own = nearest.get(file) ?? [];
      await measure(own);
      const path = join(folder, file);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.slice(0, start) + to + text.slice(end));
      try {
        for (const tests of [own, room.quick, isQuick ? [] : room.slow]) {
          if (tests.length === 0) continue;
          const { isGreen } = await run(folder, tests, limits.get(tests) ?? leastMs);
          if (!isGreen) return true;
        }
        return false;
      } finally {
        await writeFile(path, text);
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** By file of the source, the test files that import it themselves: they are asked first, because they notice most. */
async function importersBelow(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const importers = new Map<string, string[]>();
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/^(?:unit|integration).*\.test\.ts$/.test(name)) continue;
    const text = await readFile(join(folder, name), 'utf8');
    for (const [, source = ''] of text.matchAll(/from '(?:\.\.\/)+(src\/[^']+)'/g)) {
      importers.set(source, [...(importers.get(source) ?? []), join('test', name)]);
    }
  }
  return importers;
}

/** Runs these test files until the first failure; `said` is the end of what vitest reported. */
function run(
  folder: string,
  tests: readonly string[],
  limitMs: number,
): Promise<{ readonly isGreen: boolean; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const child = spawn(process.execPath, [vitest, 'run', '--bail=1', '--reporter=dot', ...tests], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A failure is a failure here; and a group of its own, so that nothing of it outlives the limit.
      env: { ...process.env, CI: undefined },
      detached: true,
    });
    let said = '';
    const listen = (text: string): void => {
      said = (said + text).slice(-saidLength);
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limitMs);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ isGreen: code === 0, said });
    });
  });
}
