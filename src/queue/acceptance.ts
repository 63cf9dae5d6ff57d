/** The way into the inbox for every endpoint: many callers share one transaction, and each hears when its event is on disk. */
import { RemoteUnreachable } from '../core/errors.ts';
import { createGroupCommit } from '../lib/group-commit.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Wakeup } from '../runtime/wakeup.ts';
import { isCollision, isDatabaseAway, type Pool } from '../store/database.ts';
import { acceptEvents, type NewEvent } from '../store/queue/inbox.ts';

export interface Acceptance {
  /** Resolves after the commit: true when the event was new, false when it had been stored before. Rejects when it is not stored. */
  accept(event: NewEvent): Promise<boolean>;
  /** Resolves when nothing is on its way to the disk. */
  idle(): Promise<void>;
}

/**
 * Largest batch: beyond a few hundred rows a bigger one no longer helps, and everybody in it waits for all of it. Two at a time keep
 * the disk and the processor busy together.
 */
const limits = { maxItems: 256, maxBytes: 8 * 1024 * 1024, concurrency: 2, besideFrom: 24 };

/** Events that may wait for the disk at once: beyond, senders are told to come again instead of filling the memory. */
const maxWaiting = 20_000;

export function createAcceptance(db: Pool, metrics: Metrics, wakeup: Wakeup): Acceptance {
  const group = createGroupCommit<NewEvent, boolean | Error>({
    ...limits,
    sizeOf: (event) => event.body.length,
    flush: async (events) => {
      const isNew = await store(db, events);
      wakeup.ring();
      return isNew;
    },
  });
  return {
    async accept(event) {
      if (group.depth() >= maxWaiting) {
        throw new RemoteUnreachable({
          code: 'endpoint.overloaded',
          message: 'more events than the database can store',
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

/** One statement for all. Where the data of one event makes it fail, the others are stored one by one: nobody suffers for a neighbour. */
async function store(db: Pool, events: readonly NewEvent[]): Promise<readonly (boolean | Error)[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await acceptEvents(db, events);
    } catch (error) {
      if (isCollision(error) && attempt < 5) continue;
      if (isDatabaseAway(error) || events.length === 1) throw error;
      return await storeApart(db, events);
    }
  }
}

async function storeApart(db: Pool, events: readonly NewEvent[]): Promise<(boolean | Error)[]> {
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
