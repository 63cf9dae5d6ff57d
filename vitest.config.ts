/** The four kinds of tests. `npm test` runs all, `vitest run --project unit` the quick ones, which need nothing. */
import { defineConfig } from 'vitest/config';

/** Starts one PostgreSQL for the whole run; tests clone its migrated template. Not for unit tests. */
const databaseSetup = ['test/support/global-setup.ts'];

/**
 * On a build machine that does other things too, a test that waits for several processes may be late once. There it is tried a second time,
 * and the report says so; at a desk a failure is a failure.
 */
const retry = process.env['CI'] === undefined ? 0 : 1;

export default defineConfig({
  test: {
    // Most of the time tests wait: two files at a time need one processor.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          restoreMocks: true,
        },
      },
      {
        test: {
          name: 'contract',
          retry,
          include: ['test/contract/**/*.test.ts'],
          globalSetup: databaseSetup,
          restoreMocks: true,
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          retry,
          include: ['test/integration/**/*.test.ts'],
          globalSetup: databaseSetup,
          restoreMocks: true,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          retry,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: databaseSetup,
          restoreMocks: true,
          // A browser and a whole application per file: one at a time.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
