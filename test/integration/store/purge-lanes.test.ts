/** What retention reads of the lanes: a step at a time, however many there are. */
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { Pool } from '../../../src/store/database.ts';
import { purgeLanes, purgeRateLimits } from '../../../src/store/queue/retention.ts';
import { eraseLeftBehind } from '../../../src/store/tenants/portal-erasure.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
const step = 5_000;
let db: Pool;

useOwnDatabase((pool) => {
  db = pool;
});
beforeEach(async () => {
  for (const table of ['inbox', 'outbox', 'lane', 'rate_limit', 'portal']) await db(table).delete();
  await addBarePortal(db, portal);
});

/** Lanes that wait for nothing; `bot/1` and so on have a row in their queue, up to `withRows`. */
async function addLanes(queue: 'inbox' | 'outbox', count: number, withRows: number): Promise<void> {
  await db.raw(
    `insert into lane (portal, queue, key, seq, done, ready_at)
     select ?, ?, 'bot/' || n, 1, 1, 'infinity' from generate_series(1, ?::int) n`,
    [portal, queue, count],
  );
  const rows =
    queue === 'inbox'
      ? `insert into inbox (portal, lane, seq, source, trace, body) select ?, 'bot/' || n, 1, 'bitrix24', 't', ''`
      : `insert into outbox (portal, lane, seq, key, target, trace, action, state)
         select ?, 'bot/' || n, 1, gen_random_uuid(), 'portal', 't', '{"type":"send"}', 'done'`;
  await db.raw(`${rows} from generate_series(1, ?::int) n`, [portal, withRows]);
  await db.raw('vacuum analyze lane, inbox, outbox');
}

async function purgeAll(): Promise<number> {
  let purged = 0;
  for (let after: Awaited<ReturnType<typeof purgeLanes>>['next'] = null; ; ) {
    const { purged: now, next } = await purgeLanes(db, after);
    purged += now;
    if (next === null) return purged;
    after = next;
  }
}

const left = async (): Promise<unknown[]> => await db('lane').orderBy(['queue', 'key']).select('queue', 'key');

/** The most rows that one part of the last statement of `work` has read, as its plan tells. */
async function mostRead(work: () => Promise<unknown>): Promise<number> {
  let asked: { readonly sql: string; readonly bindings: readonly unknown[] } = { sql: '', bindings: [] };
  const note = (query: typeof asked): void => {
    asked = query;
  };
  db.once('query', note);
  await work();
  const client = await db.client.acquireConnection();
  try {
    const explained = await client.query(`explain (analyze, format json) ${asked.sql}`, asked.bindings);
    const plan = JSON.stringify(explained.rows);
    const read = [...plan.matchAll(/"Actual Rows":([\d.]+),"Actual Loops":(\d+)/g)];
    expect(read.length).toBeGreaterThan(0);
    return Math.max(...read.map(([, rows, loops]) => Number(rows) * Number(loops)));
  } finally {
    await db.client.releaseConnection(client);
  }
}

describe('lanes', () => {
  it('are deleted where nothing waits and nothing is stored, in both queues', async () => {
    await addLanes('inbox', 3, 1);
    await addLanes('outbox', 3, 2);
    await db('lane').where({ queue: 'inbox', key: 'bot/2' }).update({ ready_at: new Date() });
    expect(await purgeAll()).toBe(2);
    expect(await left()).toEqual([
      { queue: 'inbox', key: 'bot/1' },
      { queue: 'inbox', key: 'bot/2' },
      { queue: 'outbox', key: 'bot/1' },
      { queue: 'outbox', key: 'bot/2' },
    ]);
  });

  it('are all looked at, over several steps', async () => {
    await addLanes('inbox', 2 * step, 0);
    await addLanes('outbox', 2 * step, 1);
    expect(await purgeAll()).toBe(4 * step - 1);
    expect(await left()).toEqual([{ queue: 'outbox', key: 'bot/1' }]);
  });

  // On Citus the plan is that of a worker.
  it.skipIf(inject('isCitus'))('are read a step at a time, and their rows too', async () => {
    await addLanes('inbox', 3 * step, 3 * step);
    expect(await mostRead(() => purgeLanes(db, null))).toBeLessThanOrEqual(step);
  });

  it('are left alone while another transaction holds them, without waiting', async () => {
    await addLanes('inbox', 2, 0);
    await db.transaction(async (trx) => {
      await trx.raw(`select from lane where key = 'bot/1' for update`);
      expect(await purgeAll()).toBe(1);
    });
    expect(await left()).toEqual([{ queue: 'inbox', key: 'bot/1' }]);
  });
});

describe('what was written while its portal was being erased', () => {
  it('is found without reading the lanes of the others', async () => {
    await addLanes('inbox', 3 * step, 0);
    expect(await mostRead(() => eraseLeftBehind(db))).toBeLessThan(100);
  });

  it('is deleted', async () => {
    await addLanes('inbox', 2, 0);
    const gone = 'b'.repeat(32);
    const first = '0'.repeat(32);
    await db.raw(
      `insert into lane (portal, queue, key, seq, ready_at) values (?, 'inbox', 'x/1', 1, 'infinity'), (?, 'inbox', 'x/1', 1, now())`,
      [gone, first],
    );
    await db.raw(
      `insert into rate_limit (portal, bucket, level, granted, updated_at) values ('c', 'x', 0, 0, now()), ('', 'x', 0, 0, now())`,
    );
    expect(await eraseLeftBehind(db)).toBe(3);
    expect(await db('lane').distinct('portal')).toEqual([{ portal }]);
    expect(await db('rate_limit').select('portal')).toEqual([{ portal: '' }]);
    expect(await eraseLeftBehind(db)).toBe(0);
  });
});

describe('rate budgets that nobody has used for a day', () => {
  it('are deleted in steps', async () => {
    await db.raw(
      `insert into rate_limit (portal, bucket, level, granted, updated_at)
       select n, 'b', 0, 0, now() - interval '25 hours' from generate_series(1, ?::int) n`,
      [step + 1],
    );
    expect(await purgeRateLimits(db)).toBe(step);
    expect(await purgeRateLimits(db)).toBe(1);
  });
});
