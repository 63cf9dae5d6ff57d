import { expect, it } from 'vitest';
import { createLogger } from '../../../src/lib/logger.ts';
import { pollPortal } from '../../../src/queue/poll-portal.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

it('does not ask a portal whose bots are not registered yet', async () => {
  const clock = createFakeClock();
  const stop = new AbortController();
  let calls = 0;
  const client = {
    batch: () => {
      calls += 1;
      return Promise.resolve([]);
    },
  };
  const known = { portal: null, bots: [{ code: 'b', bot_id: null }] };
  const portals = { portal: () => Promise.resolve(known) };
  const pace = { busyMs: 2_000, idleMs: 15_000 };
  const log = createLogger({ level: 'silent', name: 'test' });
  const polling = pollPortal({ client, portals, clock, log, pace } as never, 'p', stop.signal);
  await clock.advance(60_000);
  expect(calls).toBe(0);
  stop.abort();
  await clock.advance(60_000);
  await polling;
});
