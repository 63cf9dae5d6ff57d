/** Ends a test run with one line that people and scripts can read: `N passed, N failed, N skipped`. */
import type { Reporter, TestModule } from 'vitest/node';

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Counts tests. A file or suite that fails outside its tests, and an error that no test caught, count as one failure each, so that a failed
 * run never says `0 failed`. A test that was not run counts as skipped.
 */
export function countTests(
  modules: readonly Pick<TestModule, 'children' | 'errors'>[],
  unhandledErrors: readonly unknown[],
): Totals {
  const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) {
    if (module.errors().length > 0) totals.failed += 1;
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) totals.failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed' || state === 'failed') totals[state] += 1;
      else totals.skipped += 1;
    }
  }
  return totals;
}

/** The line for people and scripts. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Listed in vitest.config.ts after the default reporter, so that its line is the last one. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    process.stdout.write(`${totalsLine(countTests(modules, unhandledErrors))}\n`);
  }
}
