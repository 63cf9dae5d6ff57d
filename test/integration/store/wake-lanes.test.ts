/** Waking the lanes of a portal, or of some of its bots, before their time. */
import { describe, expect, it } from 'vitest';
import type { Pool } from '../../../src/store/database.ts';
import { laneBeginning } from '../../../src/store/queue/lane-names.ts';
import { wakeLanes } from '../../../src/store/queue/lanes.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
let db: Pool;
useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
});

describe('waking lanes', () => {
  it('makes those of the named bots due and no others; without names, all', async () => {
    const keys = ['line/chat1>brain', 'line/chat1>portal', 'liner/chat1>brain', 'other/line>brain'];
    for (const key of keys) {
      const ready_at = new Date(Date.now() + 3_600_000);
      await db('lane').insert({ portal, queue: 'outbox', key, seq: 1, ready_at });
    }
    await wakeLanes(db, 'outbox', portal, [laneBeginning('line')]);
    const woken = async (): Promise<string[]> =>
      (await db('lane').where('ready_at', '<=', db.raw('now()')).orderBy('key').select('key')).map(({ key }) => key);
    expect(await woken()).toEqual(keys.slice(0, 2));
    await wakeLanes(db, 'outbox', portal);
    expect(await woken()).toEqual(keys);
  });
});
