/** Health checks of accounts: when they are due, that none delays another, and what they leave alone. */
import { describe, expect, it } from 'vitest';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { startHealthChecks } from '../../../src/connections/health-checks.ts';
import {
  askForCheck,
  checkNow,
  claimChecks,
  disableConnection,
  settleConnection,
} from '../../../src/store/tenants/connection-health.ts';
import type { ConnectionRow } from '../../../src/store/tenants/connections.ts';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { useCheckedAccounts } from '../../support/use-checked-accounts.ts';

const brain = { ...echoBrain, checkHealth: () => Promise.reject(new Error('the service checks, not the brain')) };
const accounts = useCheckedAccounts();

function startChecks(
  checkHealth: (row: ConnectionRow, signal: AbortSignal) => Promise<void>,
  spans: { readonly deadlineMs?: number; readonly slowMs?: number } = {},
) {
  const { db } = accounts;
  const { log } = captureLog();
  return startHealthChecks({ db, connectionService: { checkHealth }, brains: [brain], log, pollMs: 20, ...spans });
}

const endOf = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve());
  });

describe('the health checks', () => {
  it('go on with others while one of them does not answer, and end without waiting for it', async () => {
    const slow = await accounts.add();
    await checkNow(accounts.db, slow);
    const seen: string[] = [];
    const checks = startChecks(async (row, signal) => {
      seen.push(row.id);
      if (row.id === slow.id) await endOf(signal);
    });
    await until(() => seen.includes(slow.id));
    const other = await accounts.add();
    await checkNow(accounts.db, other);
    await until(() => seen.includes(other.id));
    const startedAt = performance.now();
    await checks.stop();
    // A check is broken off after a minute at the latest: nobody has waited for that.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it('go on with others while two hundred do not answer, again and again', async () => {
    const hanging = await Promise.all(Array.from({ length: 200 }, accounts.add));
    for (const row of hanging) await checkNow(accounts.db, row);
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
    const other = await accounts.add();
    await checkNow(accounts.db, other);
    await until(() => seen.includes(other.id));
    await checks.stop();
    expect(seen).toContain(other.id);
  });

  it('leave those out that they were told to', async () => {
    const [slow, other] = [await accounts.add(), await accounts.add()];
    for (const row of [slow, other]) await checkNow(accounts.db, row);
    const claimed = await claimChecks(accounts.db, ['echo'], { limit: 10, except: [slow.id] });
    expect(claimed.map(({ id }) => id)).toEqual([other.id]);
  });

  it('are aborted when they take too long', async () => {
    const row = await accounts.add();
    await checkNow(accounts.db, row);
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
    const rows = await Promise.all(Array.from({ length: 130 }, accounts.add));
    for (const row of rows) await checkNow(accounts.db, row);
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
    const row = await accounts.add();
    expect(await accounts.dueIn(row.id)).toBeGreaterThan(59 * minutes);
    await checkNow(accounts.db, row);
    const [claimed] = await claimChecks(accounts.db, ['echo'], { limit: 10, except: [] });
    expect(claimed?.id).toBe(row.id);
    expect(await settleConnection(accounts.db, row, null)).toBe(true);
    expect(await accounts.dueIn(row.id)).toBeGreaterThan(53 * minutes);
    expect(await accounts.dueIn(row.id)).toBeLessThan(67 * minutes);
  });

  it('that a refused credential asks for comes ten minutes after the last one, that of a disabled account after one', async () => {
    const row = await accounts.add();
    await checkNow(accounts.db, row);
    await claimChecks(accounts.db, ['echo'], { limit: 10, except: [] });
    await settleConnection(accounts.db, row, null);
    await askForCheck(accounts.db, row);
    expect(await accounts.dueIn(row.id)).toBeCloseTo(10 * minutes, -1);
    await disableConnection(accounts.db, row, 'frozen', row.updated_at);
    await askForCheck(accounts.db, row);
    expect(await accounts.dueIn(row.id)).toBeCloseTo(minutes, -1);
  });

  it('that the remote asks for comes at once, but not twice within half a minute', async () => {
    const row = await accounts.add();
    await checkNow(accounts.db, row);
    expect(await accounts.dueIn(row.id)).toBeLessThanOrEqual(0);
    await claimChecks(accounts.db, ['echo'], { limit: 10, except: [] });
    await checkNow(accounts.db, row);
    expect(await accounts.dueIn(row.id)).toBeGreaterThan(20);
    await disableConnection(accounts.db, row, 'stopped', null);
    expect(await accounts.dueIn(row.id)).toBeGreaterThan(20);
    expect(await accounts.dueIn(row.id)).toBeLessThanOrEqual(30);
  });
});
