/**
 * A peer of the lanes: pg-boss with one queue in strict order by key, each key a dialog. Fetches the next batch at once while batches are
 * full, as its manual advises for a backlog. Argument: database address.
 */
import { PgBoss } from 'pg-boss';
import { z } from 'zod';
import { serveParent } from '../support/serve-parent.ts';
import {
  createDrainClock,
  createTurnWatch,
  type DrainOrder,
  type DrainResult,
  drainOrderSchema,
} from './drain-orders.ts';

const queue = 'events';
const work = { batchSize: 50, localConcurrency: 4, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };
const fillOrderSchema = z.object({ events: z.number(), dialogs: z.number(), bodyBytes: z.number() });

interface Payload {
  readonly dialog: string;
  readonly place: number;
  readonly text: string;
}

const boss = new PgBoss({ connectionString: process.argv[2] ?? '', max: 10, schedule: false });
boss.on('error', (error) => {
  throw error;
});
await boss.start();
await boss.createQueue(queue, { policy: 'key_strict_fifo' });

/** One event of each dialog at a time: events of one batch have the same creation time, so their order is not kept. */
async function fill({ events, dialogs, bodyBytes }: z.infer<typeof fillOrderSchema>): Promise<null> {
  for (let first = 0; first < events; first += dialogs) {
    const jobs = Array.from({ length: Math.min(dialogs, events - first) }, (_, dialog) => {
      const data: Payload = { dialog: `chat${dialog}`, place: first / dialogs + 1, text: '' };
      const text = '.'.repeat(bodyBytes - JSON.stringify(data).length);
      return { data: { ...data, text }, singletonKey: data.dialog };
    });
    await boss.insert(queue, jobs, { returnId: false });
  }
  await boss.stop({ graceful: true });
  return null;
}

async function drain(order: DrainOrder): Promise<DrainResult> {
  const clock = createDrainClock(order);
  const watch = createTurnWatch();
  const over = Promise.withResolvers<void>();
  // A batch is counted when it is handed out, because pg-boss reports its completion only at the next fetch. Over a long run it makes no
  // difference.
  await boss.work<Payload>(queue, work, (jobs) => {
    for (const { data } of jobs) watch.see(data.dialog, data.place);
    clock.finish(jobs.length);
    if (clock.isOver()) over.resolve();
    return Promise.resolve();
  });
  await over.promise;
  await boss.stop({ graceful: true });
  return clock.result(watch.outOfTurn());
}

serveParent(null, {
  fill: (input) => fill(fillOrderSchema.parse(input)),
  drain: (input) => drain(drainOrderSchema.parse(input)),
});
