/** What is fetched before a polled portal changes over: from when on, and for how long. */
import { expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { createEventPolling } from '../../../src/queue/poll-events.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { createWakeup } from '../../../src/runtime/wakeup.ts';
import type { Pool } from '../../../src/store/database.ts';
import { claimPolls, pollingBeginsIn } from '../../../src/store/tenants/event-polls.ts';
import { until } from '../../support/bridge.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'polled';
const bot = { code: 'bot', botId: '7' };
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
});

const deletion = (eventId: number) => ({ eventId, type: 'ONIMBOTV2DELETE', data: { bot: { id: 7, code: 'bot' } } });

/** A portal that always keeps so many new events. */
function pollingOf(clock: Clock, eventsAtOnce: number) {
  const offsets: unknown[] = [];
  const client = {
    call: (_portal: string, _method: string, params: { readonly offset: number; readonly limit: number }) => {
      offsets.push(params.offset);
      if (offsets.length > 5) return Promise.reject(new Error('asked again and again'));
      const count = Math.min(params.limit, eventsAtOnce);
      const events = Array.from({ length: count }, (_, index) => deletion(params.offset + index));
      return Promise.resolve({ events, nextOffset: params.offset + count, hasMore: count === params.limit });
    },
  };
  const options = { db, client: client as never, metrics: createMetrics(), wakeup: createWakeup(), clock };
  return { polling: createEventPolling(options, portal, new AbortController().signal), offsets };
}

it('what a portal goes on to keep meanwhile does not hold the change up: the rest is fetched with it', async () => {
  const { polling, offsets } = pollingOf(createFakeClock(), 3);
  expect(await polling.drain(bot)).toBe(1);
  expect(offsets).toEqual([1]);
  await expect(pollingOf(createFakeClock(), 1_000).polling.drain(bot)).rejects.toThrow('asked again and again');
});

it('a set-up that is repeated meanwhile does not end that wait', async () => {
  const { polling } = pollingOf(createFakeClock(), 0);
  await polling.begin(600);
  await polling.begin(0);
  expect(await pollingBeginsIn(db, portal)).toBeGreaterThan(590_000);
  await polling.begin(300);
  expect(await pollingBeginsIn(db, portal)).toBeLessThan(310_000);
});

it('a change back waits until what was posted before has come', async () => {
  const clock = createFakeClock();
  const { polling, offsets: asked } = pollingOf(clock, 0);
  await polling.begin(600);
  const drained = polling.drain(bot);
  await until(() => clock.sleepers() === 1);
  await clock.advance(590_000);
  expect(asked).toEqual([]);
  await clock.advance(10_000);
  await drained;
  expect(asked).toEqual([1]);

  await db('event_poll').update({ leased_until: db.raw('now()') });
  expect(await claimPolls(db, 'poller', { limit: 1, leaseSeconds: 30 })).toEqual([portal]);
  await polling.drain(bot);
  expect(asked).toHaveLength(2);
});
