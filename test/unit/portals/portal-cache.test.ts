import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createPortalCache } from '../../../src/portals/portal-cache.ts';
import type { Db } from '../../../src/store/database.ts';

/** A database whose answers come when the test says so. */
function slowDatabase() {
  const waiting: ((isAway: boolean) => void)[] = [];
  const db = {
    raw: () =>
      new Promise((resolve, reject) => {
        waiting.push((isAway) => (isAway ? reject(new Error('away')) : resolve({ rows: [], rowCount: 0 })));
      }),
  } as unknown as Db;
  return {
    db,
    statements: () => waiting.length,
    answer: (isAway = false) => {
      for (const end of waiting) end(isAway);
    },
  };
}

describe('what is known of a portal', () => {
  it('is read once for all who ask while the read is under way, however short it is believed', async () => {
    const { db, statements, answer } = slowDatabase();
    const cache = createPortalCache(db, 0);
    const asked = [cache.portal('p'), cache.doubted('p'), cache.portal('p')];
    await tick();
    const once = statements();
    answer();
    const order: number[] = [];
    await Promise.all(asked.map((one, at) => one.then(() => order.push(at))));
    expect(order).toEqual([0, 1, 2]);
    void cache.portal('p');
    await tick();
    expect(statements()).toBe(2 * once);
    answer();
  });

  it('is read anew after a read that failed', async () => {
    const { db, statements, answer } = slowDatabase();
    const cache = createPortalCache(db, 60_000);
    const failed = cache.portal('p');
    await tick();
    const once = statements();
    answer(true);
    await expect(failed).rejects.toThrow('away');
    const again = cache.portal('p');
    await tick();
    expect(statements()).toBe(2 * once);
    answer();
    await expect(again).resolves.toEqual({ portal: null, bots: [] });
  });
});
