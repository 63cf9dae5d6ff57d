/** Short spans for apps that run in a test: nobody waits for what production does every few seconds. */
import type { Timings } from '../../src/app/timings.ts';

/** What another process or the test itself has written is read at once, and polls are a matter of moments. */
export const quickTimings: Timings = {
  believedMs: 0,
  queuePollMs: 300,
  deadWorkersPollMs: 500,
  listenersPollMs: 200,
  firstRestartMs: 100,
  healthChecksPollMs: 200,
  followUpsPollMs: 100,
  firstRetryMs: 100,
};
