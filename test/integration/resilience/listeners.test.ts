import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { createConnectorRegistry } from '../../../src/connections/connector-registry.ts';
import { startListenerSupervisor } from '../../../src/connections/listener-supervisor.ts';
import type { Brain } from '../../../src/core/brain.ts';
import type { Connector } from '../../../src/core/connector.ts';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { createWakeups } from '../../../src/runtime/wakeup.ts';
import type { WorkLoop } from '../../../src/runtime/work-loop.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { addConnection } from '../../../src/store/tenants/connections.ts';
import { updatePortal } from '../../../src/store/tenants/portals.ts';
import { until } from '../../support/bridge.ts';
import { type CapturedLog, captureLog } from '../../support/captured-log.ts';
import { countStatements, type StatementCount } from '../../support/count-statements.ts';
import { cloneDatabase } from '../../support/database.ts';
import { openProbe } from '../../support/database-probe.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { unitTools } from '../../support/messagegateway-unit.ts';

type Listen = NonNullable<Connector['listen']>;

interface RuleContext {
  readonly db: Pool;
  readonly portal: string;
  /** Connections whose listener runs now, with how often each has begun. */
  readonly running: ReadonlyMap<string, number>;
  readonly begun: ReadonlyMap<string, number>;
  readonly captured: CapturedLog;
  /** Searches of all supervisors for free connections. */
  readonly rounds: StatementCount;
  /** The waits between two beginnings, in milliseconds; nobody really waits for them. */
  readonly slept: readonly number[];
  /** Starts a keeper, as a process of its own would. */
  readonly keep: () => WorkLoop;
  /** A connection whose secrets are sealed with this key, or with one nobody has. */
  readonly connect: (hasLostKey?: boolean) => Promise<string>;
}

/** Less than a lease lasts: a process that waited for its end would not be in time. */
const beforeLeaseEndsMs = 25_000;

/** Listens until it is told to stop, and needs a moment to end. */
const patient: Listen = async (emit, _since, signal) => {
  await emit([], 'here');
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await systemClock.sleep(100);
};

async function withScene(work: (scene: RuleContext) => Promise<void>, listen: Listen = patient): Promise<void> {
  const database = await cloneDatabase();
  const db = openDatabase({ url: database.url, poolSize: 4 });
  const portal = 'a'.repeat(32);
  await addBarePortal(db, portal);
  const running = new Map<string, number>();
  const begun = new Map<string, number>();
  const sealer = createSealer({ current: Buffer.alloc(32, 1) });
  const lostSealer = createSealer({ current: Buffer.alloc(32, 2) });
  const count = (counted: Map<string, number>, id: string, by: number): void =>
    void counted.set(id, (counted.get(id) ?? 0) + by);
  const brain: Brain = {
    ...echoBrain,
    name: 'listening',
    capabilities: { ...echoBrain.capabilities, listens: true },
    configSchema: z.object({}),
    create: ({ id }) => ({
      decode: () => [],
      deliver: () => Promise.resolve({}),
      async listen(emit, since, signal) {
        count(begun, id, 1);
        count(running, id, 1);
        try {
          await listen(emit, since, signal);
        } finally {
          count(running, id, -1);
        }
      },
    }),
  };
  const captured = captureLog();
  const slept: number[] = [];
  const clock: Clock = {
    ...systemClock,
    async sleep(ms, signal) {
      slept.push(ms);
      await systemClock.sleep(10, signal);
    },
  };
  const probe = openProbe(database.url);
  const rounds = await countStatements(probe, 'connection', 'order by listening_until');
  const keepers: WorkLoop[] = [];
  const toolsFor = () => unitTools({ send: () => Promise.reject(new Error('nothing was to be sent')) });
  const scene: RuleContext = {
    db,
    portal,
    running,
    begun,
    captured,
    rounds,
    slept,
    keep() {
      const keeper = startListenerSupervisor({
        db,
        owner: randomUUID(),
        brains: [brain],
        connectors: createConnectorRegistry({ db, sealer, brains: [brain], toolsFor }),
        metrics: createMetrics(),
        wakeups: createWakeups(),
        clock,
        log: captured.log,
        pollMs: 50,
      });
      keepers.push(keeper);
      return keeper;
    },
    async connect(hasLostKey = false) {
      const id = randomUUID();
      const used = hasLostKey ? lostSealer : sealer;
      const boxes = {
        configSealed: used.seal('{}', `connection.config:${id}`),
        webhookSecretSealed: used.seal('secret', `connection.webhook:${id}`),
      };
      await addConnection(db, {
        portal,
        id,
        brain: brain.name,
        title: 't',
        ...boxes,
        webhookSecretHash: Buffer.from(id),
      });
      return id;
    },
  };
  try {
    await work(scene);
  } finally {
    await Promise.all(keepers.map((keeper) => keeper.stop()));
    await probe.close();
    await db.destroy();
    await database.drop();
  }
}

describe('a listener', () => {
  it.concurrent.each(['suspended', 'disconnected'] as const)(
    'begins again when its portal is back (%s)',
    async (state) => {
      await withScene(async ({ db, portal, running, keep, connect, rounds }) => {
        const id = await connect();
        keep();
        await until(() => running.get(id) === 1);
        await updatePortal(db, portal, { state });
        await until(() => running.get(id) === 0);
        await rounds.next(3);
        expect(running.get(id)).toBe(0);
        await updatePortal(db, portal, { state: 'installed' });
        await until(() => running.get(id) === 1, beforeLeaseEndsMs);
      });
    },
  );

  it.concurrent('begins again when its portal is back before it has ended', async () => {
    const stopped = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    await withScene(
      async ({ db, portal, running, begun, keep, connect, rounds }) => {
        const id = await connect();
        keep();
        await until(() => running.get(id) === 1);
        await updatePortal(db, portal, { state: 'suspended' });
        await stopped.promise;
        await updatePortal(db, portal, { state: 'installed' });
        await rounds.next(3);
        expect(begun.get(id)).toBe(1);
        mayEnd.resolve();
        await until(() => begun.get(id) === 2, beforeLeaseEndsMs);
        expect(running.get(id)).toBe(1);
      },
      async (emit, since, signal) => {
        await patient(emit, since, signal);
        stopped.resolve();
        await mayEnd.promise;
      },
    );
  });

  it.concurrent('begins anew with what is stored now when its connection changes', async () => {
    await withScene(async ({ db, running, begun, keep, connect, rounds }) => {
      const id = await connect();
      keep();
      keep();
      await until(() => running.get(id) === 1);
      await db('connection').where({ id }).update({ updated_at: new Date() });
      await until(() => begun.get(id) === 2 && running.get(id) === 1, beforeLeaseEndsMs);
      await rounds.next(5);
      expect(begun.get(id)).toBe(2);
    });
  });

  it.concurrent('whose secrets cannot be opened is named in the log, and takes nothing from the others', async () => {
    await withScene(async ({ db, running, captured, keep, connect, rounds }) => {
      const lost = await connect(true);
      const healthy: string[] = [];
      for (let index = 0; index < 5; index += 1) healthy.push(await connect());
      keep();
      await until(() => healthy.every((id) => running.get(id) === 1), beforeLeaseEndsMs);
      expect(running.has(lost)).toBe(false);
      const named = captured
        .text()
        .split('\n')
        .filter((line) => line.includes(lost));
      expect(named).toHaveLength(1);
      // Nobody holds it, and it is not asked for all the time.
      await rounds.next(5);
      expect(await db('connection').where({ id: lost }).select('listening_by')).toEqual([{ listening_by: null }]);
      expect(
        captured
          .text()
          .split('\n')
          .filter((line) => line.includes(lost)),
      ).toHaveLength(1);
    });
  });

  it.concurrent('that cannot begin is tried less and less often', async () => {
    await withScene(
      async ({ begun, slept, keep, connect }) => {
        const id = await connect();
        keep();
        await until(() => (begun.get(id) ?? 0) > 4);
        // Seconds are doubled each time, and up to half of that is left out.
        for (const [at, ms] of slept.slice(0, 4).entries()) {
          expect(ms).toBeGreaterThanOrEqual(500 * 2 ** at);
          expect(ms).toBeLessThanOrEqual(1_000 * 2 ** at);
        }
      },
      () => Promise.reject(new Error('no')),
    );
  });

  it.concurrent('that is cut after a good beginning comes back soon', async () => {
    await withScene(
      async ({ begun, slept, keep, connect }) => {
        const id = await connect();
        keep();
        await until(() => (begun.get(id) ?? 0) > 4);
        for (const ms of slept.slice(0, 4)) expect(ms).toBeLessThanOrEqual(1_000);
      },
      (emit) => emit([], 'here'),
    );
  });

  it.concurrent('is let go of when its process stops', async () => {
    await withScene(async ({ db, running, keep, connect }) => {
      const id = await connect();
      const first = keep();
      await until(() => running.get(id) === 1);
      await first.stop();
      expect(running.get(id)).toBe(0);
      expect(await db('connection').where({ id }).select('listening_by', 'listening_until')).toEqual([
        { listening_by: null, listening_until: null },
      ]);
    });
  });
});
