/** How lanes are claimed when the server's statistics are those of a quiet hour: it must not read what waits again for every destination. */
import { expect, it } from 'vitest';
import type { Pool } from '../../../src/store/database.ts';
import { claimOutbox } from '../../../src/store/queue/outbox.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portals = 10_000;
/** Each portal has one waiting lane of each of these destinations. */
const waiting = ['bot/1>portal', 'bot/1>brain', '/app'];
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await db.raw(
    `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash)
     select md5('p' || n), n, 'c', 's', '' from generate_series(1, ?::int) n`,
    [portals],
  );
  await db.raw(
    `insert into lane (portal, queue, key, seq, done, ready_at)
     select md5('p' || n), 'outbox', 'bot/' || d || '>portal', 1, 1, 'infinity'
     from generate_series(1, ?::int) n, generate_series(2, 5) d`,
    [portals],
  );
  await db.raw('vacuum analyze lane');
  await db.raw('vacuum analyze portal');
  // The burst that the statistics do not know.
  await db.raw(
    `insert into outbox (portal, lane, seq, key, target, trace, action)
     select md5('p' || n), key, 1, gen_random_uuid(), 'portal', 't', '{"type":"send"}'
     from generate_series(1, ?::int) n, unnest(?::text[]) key`,
    [portals, waiting],
  );
  await db.raw(
    `insert into lane (portal, queue, key, seq, ready_at) select portal, 'outbox', lane, 1, now() from outbox order by md5(portal || lane)`,
  );
  // Autovacuum comes more often than autoanalyze, and knows then how large the indexes have become.
  await db.raw('vacuum lane');
});

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** The most rows that one part of the plan has read, whether it used them or not. */
function mostRead(node: PlanNode): number {
  const read = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return Math.max(read, ...(node.Plans ?? []).map(mostRead));
}

it('reads each lane that waits once, and takes one of each destination', async () => {
  let asked: { readonly sql: string; readonly bindings: readonly unknown[] } = { sql: '', bindings: [] };
  db.on('query', (query: typeof asked) => {
    asked = query;
  });
  const limits = { lanes: 400, unproven: 400, rows: 2_000, rowsPerLane: 50, leaseSeconds: 60, perDestination: 8 };
  const claim = await claimOutbox(db, { ...limits, holder: 'h', allowances: [], everyDestination: true });
  expect(new Set(claim.lanes.map(({ portal, destination }) => `${portal} ${destination}`)).size).toBe(400);
  const client = await db.client.acquireConnection();
  try {
    const explained = await client.query(`explain (analyze, format json) ${asked.sql}`, asked.bindings);
    const [{ Plan: plan }] = explained.rows[0]['QUERY PLAN'];
    expect(mostRead(plan)).toBeLessThanOrEqual(waiting.length * portals);
  } finally {
    await db.client.releaseConnection(client);
  }
});
