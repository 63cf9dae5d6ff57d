/** The four kinds of tests. `npm test` runs all, `vitest run --project unit` the quick ones, which need nothing. */
import { defineConfig } from 'vitest/config';

/** Starts one PostgreSQL for the whole run; tests clone its migrated template. Not for unit tests. */
const databaseSetup = ['test/support/global-setup.ts'];

/**
 * A time-out ends a test that hangs and never judges one that is slow: a machine that does other things too may take several times as long.
 * Waits inside the tests (`until`) end earlier, with a sentence that says what was waited for.
 */
const hangsAfterMs = 240_000;
const timeouts = { testTimeout: hangsAfterMs, hookTimeout: hangsAfterMs };

/**
 * On a build machine a test of processes may fail once because the machine does other things too. There it is tried a second time, and the
 * report says so; at a desk a failure is a failure.
 */
const retry = process.env['CI'] === undefined ? 0 : 1;

export default defineConfig({
  test: {
    // Tests wait for answers and for the database as much as they work: three files at a time keep two processors busy.
    maxWorkers: 3,
    reporters: ['default', './test/support/totals-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Half of their time was the loading of the same modules, anew for each file. They keep nothing in modules and change nothing global.
          isolate: false,
          restoreMocks: true,
          ...timeouts,
        },
      },
      {
        test: {
          name: 'contract',
          retry,
          include: ['test/contract/**/*.test.ts'],
          isolate: false,
          globalSetup: databaseSetup,
          restoreMocks: true,
          ...timeouts,
        },
      },
      {
        test: {
          name: 'integration',
          retry,
          include: ['test/integration/**/*.test.ts'],
          isolate: false,
          globalSetup: databaseSetup,
          restoreMocks: true,
          ...timeouts,
        },
      },
      {
        test: {
          name: 'e2e',
          retry,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: databaseSetup,
          // Beside the others: alone they took 45 s at the end of a run, in which one of three workers had something to do.
          isolate: false,
          restoreMocks: true,
          ...timeouts,
        },
      },
    ],
  },
});
