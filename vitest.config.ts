/**
 * The kinds of tests. `npm test` runs what a change is to be tried with at once, `npm test -- --project unit` the quick ones, which need nothing. The
 * sweeps take longer than all others: every page at two widths, every hostile input on every reader, long conversations under faults,
 * whole processes that are killed, replaced or flooded (`npm run test:sweeps`). Those of Citus need a cluster: `npm run test:citus`.
 */
import { defineConfig } from 'vitest/config';

/** Starts one PostgreSQL for the whole run; tests clone its migrated template. Not for unit tests. */
const databaseSetup = ['test/support/global-setup.ts'];

/**
 * A time-out ends a test that hangs and never judges one that is slow: a machine that does other things too may take several times as long.
 * Waits inside the tests (`until`) end earlier, with a sentence that says what was waited for.
 */
const hangsAfterMs = 240_000;
const timeouts = {
  testTimeout: hangsAfterMs,
  hookTimeout: hangsAfterMs,
  // Of `expect.poll`, whose own second is little where other things run too.
  expect: { poll: { timeout: 90_000, interval: 20 } },
};

/** Otherwise a file of pages that somebody names would run twice. */
const areSweeping = process.argv.some((word) => /^(--project=)?sweeps$/.test(word));

/** `npm test` opens the menu of all pages and the demo. All pages are seen by the sweeps, or when somebody names this project or a file. */
const isChosen = process.argv.some((word) => /^(--project=)?e2e$|^test\//.test(word));
const firstSteps = ['app-shell', 'demo'].map((name) => `test/e2e/${name}.test.ts`);

export default defineConfig({
  test: {
    // Tests wait for answers and for the database as much as they work: four files at a time keep two processors busy.
    maxWorkers: 4,
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
          include: isChosen ? ['test/e2e/**/*.test.ts'] : firstSteps,
          globalSetup: databaseSetup,
          // Beside the others: alone they took 45 s at the end of a run, in which one of three workers had something to do.
          isolate: false,
          restoreMocks: true,
          ...timeouts,
        },
      },
      {
        test: {
          name: 'citus',
          include: ['test/citus/**/*.test.ts'],
          isolate: false,
          globalSetup: databaseSetup,
          restoreMocks: true,
          ...timeouts,
        },
      },
      {
        test: {
          name: 'sweeps',
          include: ['test/sweeps/**/*.test.ts', ...(areSweeping ? ['test/e2e/**/*.test.ts'] : [])],
          // The tests of pages do at both widths what they do at one in `npm test`.
          env: { ALL_WIDTHS: '1' },
          isolate: false,
          globalSetup: databaseSetup,
          restoreMocks: true,
          ...timeouts,
        },
      },
    ],
  },
});
