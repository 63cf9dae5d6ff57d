import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createReadiness } from '../../../src/runtime/readiness.ts';
import type { Pool } from '../../../src/store/database.ts';

const migrations = readdirSync(new URL('../../../migrations/', import.meta.url)).map((name) => ({ name }));

/** A database that answers reads, and whose transactions do what the test says. */
function fake(write: () => Promise<void>) {
  const asked = { reads: 0, writes: 0 };
  const db = {
    raw: () => {
      asked.reads += 1;
      return Promise.resolve({ rows: migrations });
    },
    transaction: () => {
      asked.writes += 1;
      return write();
    },
  } as unknown as Pool;
  const clock = { now: 0, monotonicMs: () => clock.now };
  return { asked, clock, readiness: createReadiness(db, clock) };
}

describe('the readiness', () => {
  it.each([
    ['53100', 'disk_refuses_writes'],
    ['58030', 'disk_refuses_writes'],
    ['25006', 'disk_refuses_writes'],
    ['57P03', 'database_away'],
    ['ECONNREFUSED', 'database_away'],
  ])('is lost by the error %s: %s', async (code, problem) => {
    const { readiness } = fake(() => Promise.reject(Object.assign(new Error('refused'), { code })));
    await expect(readiness.problem()).resolves.toBe(problem);
  });

  it('is looked for once a second, and written for once in five, however many ask', async () => {
    const { readiness, clock, asked } = fake(() => Promise.resolve());
    for (let second = 0; second < 10; second += 1) {
      clock.now = second * 1_000;
      const answers = await Promise.all(Array.from({ length: 100 }, () => readiness.problem()));
      expect(new Set(answers)).toEqual(new Set([null]));
    }
    expect(asked).toEqual({ reads: 10, writes: 2 });
  });

  it('is answered in time by a database that hangs, and asks it no second time meanwhile', async () => {
    const { readiness, clock, asked } = fake(() => new Promise(() => undefined));
    const first = readiness.problem();
    clock.now = 60_000;
    await expect(Promise.all([first, readiness.problem()])).resolves.toEqual(['database_away', 'database_away']);
    expect(asked.writes).toBe(1);
  });
});
