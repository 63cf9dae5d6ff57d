/** Reads the queue gauges from the database for `/metrics`: at most every few seconds, and never longer than a scrape waits. */
import { type Clock, within } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { isDatabaseAway, type Pool } from '../store/database.ts';
import { readQueueFigures } from '../store/reporting/queue-figures.ts';
import type { Metrics } from './metrics.ts';

export interface QueueMeter {
  /**
   * Sets the gauges from figures that are at most a few seconds old. If the database does not answer in time, the gauges keep their old
   * values, and `bridge_queues_measured_seconds` tells how old those are. Never throws.
   */
  refresh(): Promise<void>;
}

const freshMs = 2_000;
const patienceMs = 3_000;

export function createQueueMeter(
  db: Pool,
  metrics: Metrics,
  log: Logger,
  clock: Pick<Clock, 'monotonicMs' | 'now'>,
): QueueMeter {
  let readAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | null = null;

  async function measure(): Promise<void> {
    try {
      const figures = await readQueueFigures(db);
      for (const queue of ['inbox', 'outbox'] as const) {
        metrics.laneRows.set({ queue }, figures[queue].rows);
        metrics.laneAge.set({ queue }, figures[queue].oldestSeconds);
      }
      for (const kind of ['inbox', 'outbox', 'unknown'] as const)
        metrics.deadLetters.set({ kind }, figures.deadLetters[kind]);
      metrics.queuesMeasuredAt.set(clock.now().getTime() / 1000);
    } catch (error) {
      // The loops log that the database is away.
      if (!isDatabaseAway(error)) log.warn({ err: error }, 'the queues could not be measured');
    } finally {
      readAt = clock.monotonicMs();
      underWay = null;
    }
  }

  return {
    async refresh() {
      if (clock.monotonicMs() - readAt < freshMs) return;
      underWay ??= measure();
      await within(underWay, patienceMs, undefined);
    },
  };
}
