/**
 * `npm test`: runs Vitest with the given arguments; the projects `sweeps` and `citus` only if they name them. On a build machine (the variable
 * CI is set), up to five failed files are run once more, each in its own process and with its own database: a file that then passes had failed
 * because of what ran at the same time. Whole files are repeated, not single tests, because the tests of a file may share an app, and the first
 * run of a test would affect the second.
 */
import { parseCLI, startVitest, type TestModule } from 'vitest/node';
import { countTests, totalsLine } from '../test/support/totals-reporter.ts';
import { filesToTryAgain, reportOnFiles } from './failed-files.ts';

type Options = ReturnType<typeof parseCLI>['options'];

interface Run {
  readonly modules: TestModule[];
  /** Errors that no test caught. */
  readonly errors: readonly unknown[];
  readonly exitCode: number;
}

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
options.project ??= ['!sweeps', '!citus'];
const first = await run(filter, options);
const failed = first.modules.filter(hasFailed);
const again = filesToTryAgain({
  failedFiles: failed.map(({ moduleId }) => moduleId),
  looseErrors: first.errors.map(fileOf),
  exitCode: first.exitCode,
  isBuildMachine: (process.env['CI'] ?? '') !== '',
});
process.exit(again.length === 0 ? first.exitCode : await tryAgain());

/** Runs Vitest to its end. */
async function run(files: readonly string[], how: Options): Promise<Run> {
  process.exitCode = 0;
  const vitest = await startVitest([...files], how);
  await vitest.close();
  const { state } = vitest;
  return { modules: state.getTestModules(), errors: state.getUnhandledErrors(), exitCode: Number(process.exitCode) };
}

/** Runs each failed file alone, prints how that went, and returns the exit code of the whole. */
async function tryAgain(): Promise<number> {
  const hasPassed = new Map<string, boolean>();
  const modules = first.modules.filter((module) => !failed.includes(module));
  const errors: unknown[] = [];
  for (const { moduleId, relativeModuleId, project } of failed) {
    console.log(`\nrunning again by itself: ${relativeModuleId}`);
    const second = await run([moduleId], alone(project.name));
    hasPassed.set(relativeModuleId, second.exitCode === 0);
    modules.push(...second.modules);
    errors.push(...second.errors);
  }
  for (const line of [...reportOnFiles(hasPassed), totalsLine(countTests(modules, errors))]) console.log(line);
  return [...hasPassed.values()].every(Boolean) ? 0 : 1;
}

/** The options of the first run, without those that choose files and those whose result files a second run would overwrite. */
function alone(project: string): Options {
  const {
    shard: _shard,
    changed: _changed,
    reporter: _reporter,
    outputFile: _outputFile,
    coverage: _coverage,
    ...rest
  } = options;
  return { ...rest, maxWorkers: 1, ...(project === '' ? {} : { project: [project] }) };
}

/** True when a test, a hook or the loading of the file failed. */
function hasFailed(module: TestModule): boolean {
  return !module.ok() || countTests([module], []).failed > 0;
}

/** The file that ran when an error was thrown that no test caught. */
function fileOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('VITEST_TEST_PATH' in error)) return undefined;
  return typeof error.VITEST_TEST_PATH === 'string' ? error.VITEST_TEST_PATH : undefined;
}
