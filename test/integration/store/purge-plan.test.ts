/** What retention reads of the outbox to find old rows: none of the young ones. */
import { expect, it } from 'vitest';
import type { Pool } from '../../../src/store/database.ts';
import { purgeQueue } from '../../../src/store/queue/retention.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
  await db.raw(
    `insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action, created_at, done_at, state, outcome)
     select ?, 'bot/1>portal', n, gen_random_uuid(), 'portal', 'bot', '1', 't', '{"type":"send"}', now() - case when n <= 10 then interval '40 days' else n * interval '1 second' end,
       now(), 'done', 'sent' from generate_series(1, 20000) n`,
    [portal],
  );
  await db.raw('analyze outbox');
});

it('reads the old rows only', async () => {
  let asked: { readonly sql: string; readonly bindings: readonly unknown[] } = { sql: '', bindings: [] };
  db.on('query', (query: typeof asked) => {
    asked = query;
  });
  expect(await purgeQueue(db, 'outbox', 30)).toBe(10);
  const client = await db.client.acquireConnection();
  try {
    const explained = await client.query(`explain ${asked.sql}`, asked.bindings);
    expect(JSON.stringify(explained.rows)).toContain('outbox_by_age');
  } finally {
    await db.client.releaseConnection(client);
  }
  expect(await purgeQueue(db, 'outbox', 30)).toBe(0);
});
