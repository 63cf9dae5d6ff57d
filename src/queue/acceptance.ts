/**
 * Stores incoming events in the inbox for all endpoints: many callers share one transaction, and each is told when its event is on disk.
 */
import { RemoteUnreachable } from '../core/errors.ts';
import { createGroupCommit } from '../lib/group-commit.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeup } from '../runtime/wakeup.ts';
import { isDatabaseAway, type Pool, withoutCollision } from '../store/database.ts';
import { lanesOf } from '../store/queue/held-events.ts';
import { type AcceptedEvents, acceptAndClaim, acceptEvents, type NewEvent } from '../store/queue/inbox.ts';
import { type InboxPlaces, writeAndTake } from './direct-claims.ts';

export interface Acceptance {
  /** Resolves after the commit: true when the event was new, false when it had been stored before. Rejects when it is not stored. */
  accept(event: NewEvent): Promise<boolean>;
  /** Resolves when no event is waiting to be stored. */
  idle(): Promise<void>;
}

/**
 * The largest batch: beyond a few hundred rows a bigger one is not faster, and every caller in it waits for all of it. Two batches at a
 * time keep the disk and the processor busy together.
 */
const limits = { maxItems: 256, maxBytes: 8 * 1024 * 1024, concurrency: 2, besideFrom: 24 };

/** Events that may wait to be stored at once. Beyond that, senders are asked to repeat the request later, so that memory stays bounded. */
const maxWaiting = 20_000;

export interface AcceptanceOptions {
  readonly db: Pool;
  readonly metrics: Metrics;
  readonly wakeup: Wakeup;
  /** The places at this process's own worker. */
  readonly places: InboxPlaces;
}

export function createAcceptance(options: AcceptanceOptions): Acceptance {
  const { metrics } = options;
  const group = createGroupCommit<NewEvent, boolean | Error>({
    ...limits,
    sizeOf: (event) => event.body.length,
    flush: (events) => store(options, events),
  });
  return {
    async accept(event) {
      if (group.depth() >= maxWaiting) {
        throw new RemoteUnreachable({
          code: 'endpoint.overloaded',
          message: 'more events are arriving than the database can store',
        });
      }
      const isNew = await group.add(event);
      if (isNew instanceof Error) throw isNew;
      (isNew ? metrics.accepted : metrics.duplicates).inc({ source: event.source });
      return isNew;
    },
    idle: () => group.idle(),
  };
}

/**
 * Stores all events in one statement, and wakes the workers for those that this process's own worker did not take. If the data of one event
 * makes the statement fail, the events are stored one by one, so that only the bad one is refused.
 */
async function store(options: AcceptanceOptions, events: readonly NewEvent[]): Promise<readonly (boolean | Error)[]> {
  try {
    const { isNew, claimed } = await withoutCollision(() => storeTogether(options, events));
    const taken = claimed.reduce((sum, { rows }) => sum + rows.length, 0);
    if (isNew.filter(Boolean).length > taken) options.wakeup.ring();
    return isNew;
  } catch (error) {
    if (isDatabaseAway(error) || events.length === 1) throw error;
    const stored = await storeOneByOne(options.db, events);
    options.wakeup.ring();
    return stored;
  }
}

async function storeTogether({ db, places }: AcceptanceOptions, events: readonly NewEvent[]): Promise<AcceptedEvents> {
  const place = places.reserve();
  if (place === null) return await acceptAndClaim(db, events, null);
  return await writeAndTake(
    place,
    () => lanesOf(events),
    () => acceptAndClaim(db, events, place),
  );
}

async function storeOneByOne(db: Pool, events: readonly NewEvent[]): Promise<(boolean | Error)[]> {
  return await Promise.all(
    events.map(async (event) => {
      try {
        return (await acceptEvents(db, [event]))[0] ?? false;
      } catch (error) {
        return error instanceof Error ? error : new Error('the event could not be stored', { cause: error });
      }
    }),
  );
}
