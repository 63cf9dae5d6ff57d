/** Connectors list their state by prefix for every message, so a list must not cost more the more conversations there are. */
import { expect, it } from 'vitest';
import { inTransaction, type Pool, query } from '../../../src/store/database.ts';
import { addConnection } from '../../../src/store/tenants/connections.ts';
import { listFacts } from '../../../src/store/tenants/connector-state.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
const connectionId = '00000000-0000-4000-8000-000000000001';
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  // As in most installations, and unlike in tests, texts are sorted by the rules of a language.
  await query(db, 'alter table connector_state alter column key type text collate "und-x-icu"', []);
  await addBarePortal(db, portal);
  const sealed = Buffer.alloc(8);
  await addConnection(db, {
    portal,
    id: connectionId,
    brain: 'echo',
    title: 't',
    configSealed: sealed,
    webhookSecretSealed: sealed,
    webhookSecretHash: Buffer.alloc(32),
  });
  await query(
    db,
    `insert into connector_state (portal, connection_id, key, value)
     select ?, ?::uuid, 'c:' || n || ':' || name, '1'::json from generate_series(1, 5000) n, unnest(array['sent', 'Ä']) name`,
    [portal, connectionId],
  );
  await query(db, 'analyze connector_state', []);
});

it('reads only the entries that it lists', async () => {
  const owner = { portal, connectionId };
  const read = await inTransaction(db, async (trx) => {
    const listed = await listFacts(trx, owner, 'c:4321:');
    expect(listed.map(({ key }) => key).toSorted()).toEqual(['c:4321:sent', 'c:4321:Ä']);
    const counted = await query<{ rows: string }>(
      trx,
      `select seq_tup_read + idx_tup_fetch as rows from pg_stat_xact_user_tables where relname = 'connector_state'`,
      [],
    );
    return Number(counted.rows[0]?.rows);
  });
  expect(read).toBeLessThan(20);
});

it('lists everything for an empty prefix', async () => {
  expect(await listFacts(db, { portal, connectionId }, '')).toHaveLength(10_000);
});
