import { describe, expect, it } from 'vitest';
import type { PortalClient } from '../../../src/bitrix24/rest/portal-client.ts';
import { createEventPolling, firstOffset } from '../../../src/queue/poll-events.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

describe('fetching what a portal kept before it changes over', () => {
  it('ends at an answer without events, also if the portal says that there are more', async () => {
    let asked = 0;
    const client = {
      call() {
        asked += 1;
        if (asked > 3) throw new Error('the portal is asked again and again');
        return Promise.resolve({ events: [], hasMore: true });
      },
    } as unknown as PortalClient;
    const options = {
      db: { raw: () => Promise.resolve({ rows: [] }) } as never,
      client,
      metrics: {} as never,
      wakeup: {} as never,
      clock: createFakeClock(),
    };
    const polling = createEventPolling(options, 'p', new AbortController().signal);
    expect(await polling.drain({ botId: '1', code: 'bot' } as never)).toBe(firstOffset);
    expect(asked).toBe(1);
  });

  it('asks the portal nothing when the app stops while it waits to begin', async () => {
    const client = {
      call: () => Promise.reject(new Error('the portal was asked')),
    } as unknown as PortalClient;
    const options = {
      db: { raw: () => Promise.resolve({ rows: [{ ms: 60_000 }] }) } as never,
      client,
      metrics: {} as never,
      wakeup: {} as never,
      clock: createFakeClock(),
    };
    const stopping = new AbortController();
    const drained = createEventPolling(options, 'p', stopping.signal).drain({ botId: '1', code: 'bot' } as never);
    stopping.abort(new Error('stopped'));
    await expect(drained).rejects.toThrow('stopped');
  });
});
