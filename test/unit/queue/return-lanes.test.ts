import { describe, expect, it } from 'vitest';
import { createReturnLanes } from '../../../src/queue/return-lanes.ts';
import type { Pool } from '../../../src/store/database.ts';
import { captureLog } from '../../support/captured-log.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const portal = 'a'.repeat(32);
const lanesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ portal, lane: `bot/${index}`, body: Buffer.alloc(100) }));

/** A database that can be away, and the lanes of each statement that it was sent. */
function stage() {
  const asked: { lanes: readonly string[]; holders: readonly string[] }[] = [];
  const database = { isAway: true };
  const db = {
    client: { config: {} },
    raw(sql: string, [, lanes, holders]: readonly (readonly string[])[]) {
      if (sql.includes('pg_extension')) return Promise.resolve({ rows: [{ has: false }] });
      asked.push({ lanes: lanes ?? [], holders: holders ?? [] });
      const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return database.isAway ? Promise.reject(away) : Promise.resolve({ rows: [] });
    },
  } as unknown as Pool;
  const clock = createFakeClock();
  const captured = captureLog();
  const retry = { clock, stopping: new AbortController().signal };
  return {
    asked,
    database,
    clock,
    captured,
    returnLanes: createReturnLanes({ db, queue: 'inbox', leaseSeconds: 60, retry, log: captured.log }),
  };
}

describe('lanes that writes may have claimed while the database was away', () => {
  it('are given back together when it is there again, each to its claim', async () => {
    const { asked, database, clock, returnLanes } = stage();
    for (let write = 0; write < 100; write += 1) returnLanes([{ portal, lane: `bot/${write}` }], `w:${write}`);
    await clock.advance(1_000);
    // Not one attempt for each of the writes.
    expect(asked.length).toBeLessThan(10);
    database.isAway = false;
    await clock.advance(1_000);
    const last = asked.at(-1);
    expect(last?.lanes).toHaveLength(100);
    expect(last?.lanes.map((lane, index) => [lane, last.holders[index]])).toContainEqual(['bot/42', 'w:42']);
    const attempts = asked.length;
    await clock.advance(60_000);
    expect(asked).toHaveLength(attempts);
  });

  it('are kept up to a limit, and no longer than their lease', async () => {
    const { asked, database, clock, captured, returnLanes } = stage();
    for (let write = 0; write < 20; write += 1) returnLanes(lanesOf(1_500), `w:${write}`);
    expect(captured.text()).toMatch(/"lanes":500,.*lanes wait until their lease ends/);
    await clock.advance(30_000);
    expect(asked.at(-1)?.lanes).toHaveLength(10_000);
    await clock.advance(31_000);
    const attempts = asked.length;
    database.isAway = false;
    await clock.advance(60_000);
    expect(asked).toHaveLength(attempts);
  });
});
