/** A newer version of the app adds columns while processes of the former one still run: the statements they have prepared go on working. */
import { expect, it } from 'vitest';
import type { Pool } from '../../../src/store/database.ts';
import { claimInbox } from '../../../src/store/queue/inbox.ts';
import { claimOutbox } from '../../../src/store/queue/outbox.ts';
import { claimChecks } from '../../../src/store/tenants/connection-health.ts';
import { claimListeners, renewListeners } from '../../../src/store/tenants/connections.ts';
import { claimPolls, renewPolls } from '../../../src/store/tenants/event-polls.ts';
import { dueFollowUps } from '../../../src/store/tenants/follow-ups.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

let db: Pool;

useOwnDatabase((pool) => {
  db = pool;
});

const lease = { limit: 10, leaseSeconds: 60 };
const claim = { holder: 'w:1', lanes: 10, rows: 100, rowsPerLane: 10, leaseSeconds: 60, everyDestination: false };

/** What idle processes ask again and again, in one connection, which keeps what it has prepared. */
const askAll = (): Promise<unknown> =>
  db.transaction(async (trx) => {
    await claimInbox(trx, claim);
    await claimOutbox(trx, { ...claim, unproven: 20, perDestination: 5, allowances: [] });
    await dueFollowUps(trx, 10);
    await claimPolls(trx, 'w', lease);
    await renewPolls(trx, 'w', 60);
    await claimListeners(trx, 'w', ['echo'], lease);
    await renewListeners(trx, 'w', 60);
    await claimChecks(trx, ['echo'], { limit: 10, except: [] });
  });

it('every prepared statement of an idle process survives a column more in every table', async () => {
  await askAll();
  const tables = await db('information_schema.tables').where({
    table_schema: db.raw('current_schema()'),
    table_type: 'BASE TABLE',
  });
  expect(tables.length).toBeGreaterThan(15);
  for (const { table_name: table } of tables) await db.raw('alter table ?? add column added_later integer', [table]);
  await expect(askAll()).resolves.toBeUndefined();
});
