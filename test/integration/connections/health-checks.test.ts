/** Health checks of accounts: when they are due, that none delays another, and what they leave alone. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { startHealthChecks } from '../../../src/connections/health-checks.ts';
import type { Pool } from '../../../src/store/database.ts';
import { laneBeginning } from '../../../src/store/queue/lane-names.ts';
import { wakeLanes } from '../../../src/store/queue/lanes.ts';
import {
  askForCheck,
  checkNow,
  claimChecks,
  disableConnection,
  settleConnection,
  storeConfig,
} from '../../../src/store/tenants/connection-health.ts';
import { type ConnectionRow, findConnection } from '../../../src/store/tenants/connections.ts';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { addBareConnection, addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

let db: Pool;
const portal = 'a'.repeat(32);
const brain = { ...echoBrain, checkHealth: () => Promise.reject(new Error('the service checks, not the brain')) };

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
});
beforeEach(() => db('connection').delete());

async function addAccount(): Promise<ConnectionRow> {
  const id = randomUUID();
  await addBareConnection(db, portal, id);
  return await read(id);
}

async function read(id: string): Promise<ConnectionRow> {
  const row = await findConnection(db, portal, id);
  if (row === null) throw new Error('no such connection');
  return row;
}

/** Seconds until the next health check. */
async function dueIn(id: string): Promise<number> {
  const rows = await db('connection')
    .where({ id })
    .select(db.raw('extract(epoch from health_check_at - now())::float8 as due'));
  return Number(rows[0].due);
}

function startChecks(
  checkHealth: (row: ConnectionRow, signal: AbortSignal) => Promise<void>,
  spans: { readonly deadlineMs?: number; readonly slowMs?: number } = {},
) {
  const { log } = captureLog();
  return startHealthChecks({ db, connectionService: { checkHealth }, brains: [brain], log, pollMs: 20, ...spans });
}

const endOf = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve());
  });

describe('the health checks', () => {
  it('go on with others while one of them does not answer, and end without waiting for it', async () => {
    const slow = await addAccount();
    await checkNow(db, slow);
    const seen: string[] = [];
    const checks = startChecks(async (row, signal) => {
      seen.push(row.id);
      if (row.id === slow.id) await endOf(signal);
    });
    await until(() => seen.includes(slow.id));
    const other = await addAccount();
    await checkNow(db, other);
    await until(() => seen.includes(other.id));
    const startedAt = performance.now();
    await checks.stop();
    // A check is broken off after a minute at the latest: nobody has waited for that.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it('go on with others while two hundred do not answer, again and again', async () => {
    const hanging = await Promise.all(Array.from({ length: 200 }, addAccount));
    for (const row of hanging) await checkNow(db, row);
    const isHanging = new Set(hanging.map(({ id }) => id));
    const seen: string[] = [];
    const checks = startChecks(
      async (row, signal) => {
        seen.push(row.id);
        if (isHanging.has(row.id)) await endOf(signal);
        // What hung once is known to be slow; so many slow ones at once, and the known ones have to wait.
      },
      { deadlineMs: 600, slowMs: 300 },
    );
    await until(() => seen.length >= 120);
    const other = await addAccount();
    await checkNow(db, other);
    await until(() => seen.includes(other.id));
    await checks.stop();
    expect(seen).toContain(other.id);
  });

  it('leave those out that they were told to', async () => {
    const [slow, other] = [await addAccount(), await addAccount()];
    for (const row of [slow, other]) await checkNow(db, row);
    const claimed = await claimChecks(db, ['echo'], { limit: 10, except: [slow.id] });
    expect(claimed.map(({ id }) => id)).toEqual([other.id]);
  });

  it('are aborted when they take too long', async () => {
    const row = await addAccount();
    await checkNow(db, row);
    let isBroken = false;
    const checks = startChecks(
      async (_, signal) => {
        await endOf(signal);
        isBroken = true;
      },
      { deadlineMs: 50 },
    );
    await until(() => isBroken);
    await checks.stop();
    expect(isBroken).toBe(true);
  });

  it('go on when all their places were taken', async () => {
    const rows = await Promise.all(Array.from({ length: 130 }, addAccount));
    for (const row of rows) await checkNow(db, row);
    const seen = new Set<string>();
    const checks = startChecks((row) => {
      seen.add(row.id);
      return Promise.resolve();
    });
    await until(() => seen.size === 130);
    await checks.stop();
    expect(seen.size).toBe(130);
  });
});

const minutes = 60;

describe('the next health check', () => {
  it('at a working account comes after about an hour, from its first day', async () => {
    const row = await addAccount();
    expect(await dueIn(row.id)).toBeGreaterThan(59 * minutes);
    await checkNow(db, row);
    const [claimed] = await claimChecks(db, ['echo'], { limit: 10, except: [] });
    expect(claimed?.id).toBe(row.id);
    expect(await settleConnection(db, row, null)).toBe(true);
    expect(await dueIn(row.id)).toBeGreaterThan(53 * minutes);
    expect(await dueIn(row.id)).toBeLessThan(67 * minutes);
  });

  it('that a refused credential asks for comes ten minutes after the last one, that of a disabled account after one', async () => {
    const row = await addAccount();
    await checkNow(db, row);
    await claimChecks(db, ['echo'], { limit: 10, except: [] });
    await settleConnection(db, row, null);
    await askForCheck(db, row);
    expect(await dueIn(row.id)).toBeCloseTo(10 * minutes, -1);
    await disableConnection(db, row, 'frozen', row.updated_at);
    await askForCheck(db, row);
    expect(await dueIn(row.id)).toBeCloseTo(minutes, -1);
  });

  it('that the remote asks for comes at once, but not twice within half a minute', async () => {
    const row = await addAccount();
    await checkNow(db, row);
    expect(await dueIn(row.id)).toBeLessThanOrEqual(0);
    await claimChecks(db, ['echo'], { limit: 10, except: [] });
    await checkNow(db, row);
    expect(await dueIn(row.id)).toBeGreaterThan(20);
    await disableConnection(db, row, 'stopped', null);
    expect(await dueIn(row.id)).toBeGreaterThan(20);
    expect(await dueIn(row.id)).toBeLessThanOrEqual(30);
  });
});

describe('what a health check has found out', () => {
  it('is not written over what was stored meanwhile', async () => {
    const before = await addAccount();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await storeConfig(db, before, Buffer.from('newer'))).toBe(true);
    expect(await disableConnection(db, before, 'key_refused', before.updated_at)).toBe(false);
    expect(await storeConfig(db, before, Buffer.from('older'))).toBe(false);
    expect(await read(before.id)).toMatchObject({ disabled_reason: null, config_sealed: Buffer.from('newer') });
  });

  /** A check of it has begun; what it will say was true a moment ago. */
  async function checkBegun(): Promise<ConnectionRow> {
    const row = await addAccount();
    await checkNow(db, row);
    const [claimed] = await claimChecks(db, ['echo'], { limit: 10, except: [] });
    return claimed ?? row;
  }

  it('does not undo a stop that the remote told during the check, and a check follows soon', async () => {
    const row = await checkBegun();
    await disableConnection(db, row, 'stopped', null);
    expect(await settleConnection(db, row, null)).toBe(false);
    expect(await read(row.id)).toMatchObject({ disabled_reason: 'stopped' });
    expect(await dueIn(row.id)).toBeLessThanOrEqual(30);
  });

  it('does not put off a check that was asked for during this one', async () => {
    const row = await checkBegun();
    await disableConnection(db, row, 'chats_off', row.updated_at);
    const disabled = await read(row.id);
    await checkNow(db, row);
    expect(await settleConnection(db, disabled, null)).toBe(true);
    expect(await dueIn(row.id)).toBeLessThanOrEqual(30);
  });

  it('is checked again after a minute where it is news that the account is disabled, and after ten where it is none', async () => {
    const row = await checkBegun();
    expect(await disableConnection(db, row, 'switched_off', row.updated_at)).toBe(true);
    expect(await dueIn(row.id)).toBeGreaterThan(30);
    expect(await dueIn(row.id)).toBeLessThanOrEqual(minutes);
    await db('connection')
      .where({ id: row.id })
      .update({ health_check_at: db.raw('now()') });
    const [again] = await claimChecks(db, ['echo'], { limit: 10, except: [] });
    expect(await disableConnection(db, row, 'switched_off', again?.updated_at ?? null)).toBe(true);
    expect(await dueIn(row.id)).toBeGreaterThan(9 * minutes);
  });

  it('wakes the lanes of the bots it concerns and of no others', async () => {
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
