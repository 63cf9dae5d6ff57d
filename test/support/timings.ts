/** Short intervals for apps in tests, so that no test waits for what production does every few seconds. */
import type { Timings } from '../../src/app/timings.ts';

/**
 * With these the app notices quickly what another process or the test has written. They are not shorter because each poll takes a
 * millisecond of processor time in every app of every test.
 */
export const quickTimings: Timings = {
  believedMs: 0,
  queuePollMs: 400,
  deadWorkersPollMs: 500,
  listenersPollMs: 300,
  firstRestartMs: 100,
  healthChecksPollMs: 400,
  followUpsPollMs: 300,
  firstRetryMs: 100,
  operatingHoldMs: 100,
  figuresMs: 300,
  eventsUnderwayMs: 1_000,
  gatherSpansMs: 100,
};
