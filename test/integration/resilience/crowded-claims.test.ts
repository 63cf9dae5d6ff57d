/** A remote that hangs leaves many lanes ready in front of everybody else's. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createPlaces } from '../../../src/queue/direct-claims.ts';
import type { Executor } from '../../../src/queue/execute-action.ts';
import { startOutboxWorker } from '../../../src/queue/outbox-worker.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { createWakeup, type Wakeup } from '../../../src/runtime/wakeup.ts';
import { inTransaction, type Pool } from '../../../src/store/database.ts';
import { appendActions, type OutboxRow } from '../../../src/store/queue/outbox.ts';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const loud = 'a'.repeat(32);
const quiet = 'b'.repeat(32);
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  for (const portal of [loud, quiet]) await addBarePortal(db, portal);
});

async function order(portal: string, dialogs: readonly number[]): Promise<void> {
  const actions = dialogs.map((dialog) => ({
    portal,
    lane: `bot/${dialog}>portal`,
    target: 'portal' as const,
    action: { type: 'typing' as const },
    botCode: 'bot',
    dialogId: `${dialog}`,
    trace: 't',
  }));
  await inTransaction(db, (trx) => appendActions(trx, actions));
}

/** The usual poll never comes: what is not found soon after the wakeup has rung is not found. */
function createPatientWakeup(): Wakeup {
  const wakeup = createWakeup();
  return { ring: () => wakeup.ring(), wait: (ms, signal) => wakeup.wait(ms < 500 ? ms : 2 ** 30, signal) };
}

it('a remote that answers is served at once although all lanes in front belong to one that hangs', async () => {
  const sent: string[] = [];
  const hang = Promise.withResolvers<void>();
  const executor = {
    isRepeatable: () => Promise.resolve(true),
    prepare: () => Promise.resolve(null),
    execute: async (row: OutboxRow) => {
      sent.push(row.portal);
      if (row.portal === loud) await hang.promise;
      return { outcome: 'sent', remoteId: null };
    },
  } as unknown as Executor;
  const wakeups = { inbox: createPatientWakeup(), outbox: createPatientWakeup() };
  const worker = startOutboxWorker({
    db,
    owner: randomUUID(),
    life: { term: () => 0 },
    executor,
    metrics: createMetrics(),
    wakeups,
    places: createPlaces(),
    clock: systemClock,
    log: captureLog().log,
    lanes: 4,
  });
  const sentTo = (portal: string): number => sent.filter((one) => one === portal).length;
  try {
    await order(quiet, [1]);
    wakeups.outbox.ring();
    await until(() => sentTo(quiet) === 1);
    await order(
      loud,
      Array.from({ length: 60 }, (_, dialog) => dialog),
    );
    wakeups.outbox.ring();
    await until(() => sentTo(loud) === 3);
    await order(quiet, [2]);
    wakeups.outbox.ring();
    await until(() => sentTo(quiet) === 2);
    expect(sentTo(loud)).toBe(3);
  } finally {
    hang.resolve();
    await worker.stop();
  }
});
