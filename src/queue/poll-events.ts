/**
 * Stores the events a portal keeps for its bots. Giving `imbot.v2.Event.get` an offset deletes what is below it in the portal, so an offset
 * is given only after the events below it are committed to the inbox. So the portal itself keeps the place: a process that starts anew gets
 * all events that were not acknowledged, and those that are stored already are not stored again.
 */
import { type FetchedPage, readFetched } from '../bitrix24/events/fetched-event.ts';
import { scanEvent } from '../bitrix24/events/scan-event.ts';
import type { EventPolling, PolledBot } from '../bitrix24/install/set-up-types.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { Clock } from '../lib/clock.ts';
import { type MaybeTracing, recordReceived } from '../runtime/message-spans.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeup } from '../runtime/wakeup.ts';
import { type Pool, withoutCollision } from '../store/database.ts';
import { holdPosted, releasePosted } from '../store/queue/held-events.ts';
import { acceptEvents } from '../store/queue/inbox.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { beginPolling, endPolling, pollingBeginsIn } from '../store/tenants/event-polls.ts';
import { toNewEvents } from './event-intake.ts';
import { retryWrite } from './retry-write.ts';

export interface PollEventsOptions {
  readonly db: Pool;
  readonly client: PortalClient;
  readonly metrics: Metrics;
  readonly tracing?: MaybeTracing;
  /** The wakeup of the inbox. */
  readonly wakeup: Wakeup;
  readonly clock: Clock;
}

/** Events asked for at once. An event has about 3 KB, with attachments 60 KB more. */
export const pageSize = 100;

/**
 * The offset of a first call, which acknowledges nothing: events have positive numbers. Without any offset the portal may go on answering for
 * a minute that there are no events (docs/platform-notes/bitrix24.md#polling).
 */
export const firstOffset = 1;

/** Stores the events of a page in their order, each once. Resolves after the commit; when it throws, nothing is stored. */
export async function storePage(
  { db, metrics, tracing, wakeup }: Omit<PollEventsOptions, 'client' | 'clock'>,
  portal: string,
  bots: readonly BotRow[],
  { events }: FetchedPage,
): Promise<void> {
  const startedAt = performance.now();
  const rows = events.flatMap(({ body }) => toNewEvents(portal, scanEvent(body), bots));
  if (rows.length === 0) return;
  const isNew = await withoutCollision(() => acceptEvents(db, rows, true));
  for (const one of isNew) (one ? metrics.accepted : metrics.duplicates).inc({ source: 'bitrix24' });
  const stored = rows.filter((_, index) => isNew[index]);
  recordReceived(tracing, stored, { kind: 'consumer', startedAt });
  if (isNew.includes(true)) wakeup.ring();
}

/** What a set-up needs to bring a portal to polling and back. */
export function createEventPolling(options: PollEventsOptions, portal: string, signal: AbortSignal): EventPolling {
  const { db, client, clock } = options;
  const store = async (answer: unknown, offset: number): Promise<FetchedPage> => {
    const page = readFetched(answer, offset);
    await storePage(options, portal, await listBots(db, portal), page);
    return page;
  };
  return {
    begin: (afterSeconds) => beginPolling(db, portal, afterSeconds),
    async drain({ botId }: PolledBot) {
      await clock.sleep(await pollingBeginsIn(db, portal), signal);
      signal.throwIfAborted();
      for (let offset = firstOffset; ; ) {
        const params = { botId: Number(botId), offset, limit: pageSize };
        const answer = await client.call(portal, 'imbot.v2.Event.get', params, { patienceMs: 20_000, signal });
        const page = await store(answer, offset);
        // The last page is not acknowledged: an event with a lower number may appear late, and the rest is fetched from here on.
        // An answer without events ends the loop, even if it says that there are more.
        if (page.events.length === 0 || (!page.hasMore && page.events.length < pageSize)) return offset;
        offset = page.nextOffset;
      }
    },
    hold: () => holdPosted(db, portal, longestHoldSeconds),
    async store(answer, offset) {
      // The portal has deleted what the answer holds: there is no other copy.
      await retryWrite(() => store(answer, offset), { clock, stopping: signal });
    },
    async release() {
      await releasePosted(db, portal);
      options.wakeup.ring();
    },
    end: (eventApi) => endPolling(db, portal, { eventApi, afterSeconds: afterwardsSeconds }),
  };
}

/** Longer than the request that changes a bot over can take, with all its waiting: if its process dies, events are held no longer than this. */
const longestHoldSeconds = 90;

/** How long polling goes on after the bots changed over: the portal may still write down events that it had begun before. */
const afterwardsSeconds = 120;
