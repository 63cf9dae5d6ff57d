import { expect, it } from 'vitest';
import { countTests } from '../../support/totals-reporter.ts';

type Module = Parameters<typeof countTests>[0][number];
type State = 'passed' | 'failed' | 'skipped' | 'pending';

const error = { name: 'Error', message: 'no' };

/** As much of a module as is counted. */
function module(states: readonly State[], broken: { readonly file?: boolean; readonly suites?: number } = {}): Module {
  const suites = Array.from({ length: broken.suites ?? 0 }, () => ({ errors: () => [error] }));
  const tests = states.map((state) => ({ result: () => ({ state }) }));
  const children = { allTests: () => tests, allSuites: () => suites };
  return { children, errors: () => (broken.file === true ? [error] : []) } as unknown as Module;
}

it('a run is told in tests that passed, failed and were not run', () => {
  const modules = [module(['passed', 'passed', 'failed']), module(['skipped', 'pending', 'passed'])];
  expect(countTests(modules, [])).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

it.each<readonly [string, Module, readonly (typeof error)[]]>([
  ['a file that cannot be loaded', module([], { file: true }), []],
  ['a hook of a suite that fails', module(['passed'], { suites: 1 }), []],
  ['an error that no test caught', module(['passed']), [error]],
])('%s is a failure although every test passed', (_, broken, unhandled) => {
  expect(countTests([broken], unhandled).failed).toBe(1);
});
