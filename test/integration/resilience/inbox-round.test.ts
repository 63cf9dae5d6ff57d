/** A round of the inbox works many lanes together: what goes wrong in one of them, or with the database meanwhile, costs the others nothing. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import type { PortalCache } from '../../../src/portals/portal-cache.ts';
import { createPlaces } from '../../../src/queue/direct-claims.ts';
import { startInboxWorker } from '../../../src/queue/inbox-worker.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { createWakeups } from '../../../src/runtime/wakeup.ts';
import type { WorkLoop } from '../../../src/runtime/work-loop.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { holdPosted, releasePosted } from '../../../src/store/queue/held-events.ts';
import { acceptEvents } from '../../../src/store/queue/inbox.ts';
import { dedupeKey, inboxLane } from '../../../src/store/queue/lane-names.ts';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';

const loud = 'a'.repeat(32);
const quiet = 'b'.repeat(32);
let database: ClonedDatabase;
let db: Pool;
let loops: readonly WorkLoop[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolSize: 4 });
  for (const portal of [loud, quiet]) await addBarePortal(db, portal);
});
beforeEach(async () => {
  for (const table of ['lane', 'inbox', 'inbox_outcome', 'dedupe']) await db(table).delete();
});
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** Portals without bots: every event is read and dropped. */
const nobody = {
  portal: () => Promise.resolve({ portal: null, bots: [] }),
  doubted: () => Promise.resolve({ portal: null, bots: [] }),
} as unknown as PortalCache;

const noConnectors = { brainOf: () => undefined, connectorById: () => Promise.resolve(null) };

/** The database, except that statements `fails` names do not get through. */
function troubled(fails: (sql: string) => Error | null): Pool {
  return new Proxy(db, {
    get(target, name, self) {
      if (name !== 'raw') return Reflect.get(target, name, self);
      return (sql: string, values: readonly string[]) => {
        const error = fails(sql);
        return error === null ? db.raw(sql, values) : Promise.reject(error);
      };
    },
  });
}

function start(pool: Pool, portals: PortalCache = nobody, clock: Clock = systemClock, pollMs?: number): void {
  const metrics = createMetrics();
  const wakeups = createWakeups();
  const { log } = captureLog();
  loops = startInboxWorker({
    figures: { count: () => undefined },
    db: pool,
    owner: randomUUID(),
    portals,
    connectors: noConnectors,
    metrics,
    wakeups,
    places: createPlaces(),
    clock,
    log,
    loops: 1,
    ...(pollMs !== undefined && { pollMs }),
  });
}

async function store(portal: string, lane: string, body: Buffer): Promise<void> {
  const event = { portal, lane, source: 'bitrix24', connectionId: null, ingress: null, trace: 't', subject: null };
  await acceptEvents(db, [{ ...event, body, dedupeKey: dedupeKey(randomUUID()) }]);
}

async function finished(portal: string): Promise<number> {
  const rows = await db('inbox_outcome').where({ portal }).count<{ count: string }[]>();
  return Number(rows[0]?.count ?? 0);
}

const words = Buffer.from('event=ONIMBOTMESSAGEADD&data[PARAMS][DIALOG_ID]=7&data[PARAMS][MESSAGE_ID]=1');
const away = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('a round of the inbox', () => {
  it('goes on where it was when the database comes back between its claim and its work', async () => {
    let failures = 2;
    await store(quiet, inboxLane('bot', '7'), words);
    start(
      troubled((sql) => {
        if (!sql.includes('from conversation') || failures === 0) return null;
        failures -= 1;
        return away();
      }),
    );
    // The lease of the claim is a minute.
    await until(async () => (await finished(quiet)) === 1);
    expect(failures).toBe(0);
  });

  it('is followed at once by one for what it has moved into the lane of its dialog', async () => {
    await holdPosted(db, quiet, 60);
    await store(quiet, inboxLane('bot', '7'), words);
    await releasePosted(db, quiet);
    const noPollMs = 3_600_000;
    start(db, nobody, systemClock, noPollMs);
    await until(async () => (await finished(quiet)) === 1);
    expect(await db('inbox_outcome').where({ portal: quiet })).toMatchObject([{ lane: inboxLane('bot', '7') }]);
  });

  it('is written for all other lanes when one of them cannot be worked', async () => {
    await store(loud, `~${randomUUID()}/ref:x`, words);
    await store(quiet, inboxLane('bot', '7'), words);
    start(troubled((sql) => (sql.includes('ref = ?') ? new Error('something nobody thought of') : null)));
    await until(async () => (await finished(quiet)) === 1);
    expect(await finished(loud)).toBe(0);
  });

  it('is over soon however many large events of one portal it has', async () => {
    // So large that they are worked one after the other.
    const filler = Buffer.concat([words, Buffer.from(`&data[USER][NAME]=${'a'.repeat(4_300_000)}`)]);
    for (let lane = 0; lane < 12; lane += 1) await store(loud, inboxLane('bot', `${lane}`), filler);
    await store(quiet, inboxLane('bot', '7'), words);
    // Each large event takes 150 ms by the clock of the worker, and only so many may be worked before the quiet portal has its turn.
    let passedMs = 0;
    let begun = 0;
    const quietIsDone = Promise.withResolvers<void>();
    const slow = {
      ...nobody,
      portal: async (portal: string) => {
        if (portal === loud) {
          begun += 1;
          passedMs += 150;
          if (begun > 6) await quietIsDone.promise;
        }
        return { portal: null, bots: [] };
      },
    } as unknown as PortalCache;
    start(db, slow, { ...systemClock, monotonicMs: () => passedMs });
    await until(async () => (await finished(quiet)) === 1);
    quietIsDone.resolve();
    await until(async () => (await finished(loud)) === 12);
    // What was put off has cost no attempt.
    expect(await db('inbox_outcome').where({ state: 'dead_letter' })).toEqual([]);
  });
});
