/** Accounts of the echo brain in one portal, for tests of health checks that need only the database. */
import { randomUUID } from 'node:crypto';
import { beforeEach } from 'vitest';
import type { Pool } from '../../src/store/database.ts';
import { checkNow, claimChecks } from '../../src/store/tenants/connection-health.ts';
import { type ConnectionRow, findConnection } from '../../src/store/tenants/connections.ts';
import { addBareConnection, addBarePortal } from './factories/tenants.ts';
import { useOwnDatabase } from './use-own-database.ts';

export interface CheckedAccounts {
  /** Filled in before the first test. */
  readonly db: Pool;
  /** Adds an account that has not been changed for a minute. */
  readonly add: () => Promise<ConnectionRow>;
  readonly read: (id: string) => Promise<ConnectionRow>;
  /** Seconds until the next health check. */
  readonly dueIn: (id: string) => Promise<number>;
  /** Adds an account whose health check has begun, so that its result will describe an earlier state. */
  readonly addWithCheckBegun: () => Promise<ConnectionRow>;
}

const portal = 'a'.repeat(32);

/** One database for all tests of a file; each test begins without accounts. */
export function useCheckedAccounts(): CheckedAccounts {
  let db: Pool;
  useOwnDatabase(async (pool) => {
    db = pool;
    await addBarePortal(db, portal);
  });
  beforeEach(() => db('connection').delete());

  async function read(id: string): Promise<ConnectionRow> {
    const row = await findConnection(db, portal, id);
    if (row === null) throw new Error('no such connection');
    return row;
  }

  async function add(): Promise<ConnectionRow> {
    const id = randomUUID();
    await addBareConnection(db, portal, id);
    // So that whatever is stored from now on is newer, also when times are compared in milliseconds.
    const updated_at = db.raw("now() - interval '1 minute'");
    await db('connection').where({ id }).update({ updated_at });
    return await read(id);
  }

  return {
    get db() {
      return db;
    },
    add,
    read,
    async dueIn(id) {
      const due = db.raw('extract(epoch from health_check_at - now())::float8 as due');
      const rows = await db('connection').where({ id }).select(due);
      return Number(rows[0].due);
    },
    async addWithCheckBegun() {
      const row = await add();
      await checkNow(db, row);
      const [claimed] = await claimChecks(db, ['echo'], { limit: 1, except: [] });
      if (claimed === undefined) throw new Error('nothing is due');
      return claimed;
    },
  };
}
