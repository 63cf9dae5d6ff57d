/** How lanes are claimed when the server's statistics are those of a quiet hour: it must not read what waits again for every destination. */
import { expect, it } from 'vitest';
import type { Pool } from '../../../src/store/database.ts';
import { claimOutbox } from '../../../src/store/queue/outbox.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portals = 3_000;
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
     from generate_series(1, ?::int) n, generate_series(1, 20) d`,
    [portals],
  );
  await db.raw('vacuum analyze lane');
  await db.raw('vacuum analyze portal');
  // The burst that the statistics do not know.
  await db.raw(
    `insert into outbox (portal, lane, seq, key, target, trace, action)
     select md5('p' || n), 'bot/1>portal', 2, gen_random_uuid(), 'portal', 't', '{"type":"send"}' from generate_series(1, ?::int) n`,
    [portals],
  );
  await db.raw(`update lane set seq = 2, ready_at = now() where key = 'bot/1>portal'`);
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
  expect(new Set(claim.lanes.map(({ portal }) => portal)).size).toBe(400);
  const client = await db.client.acquireConnection();
  try {
    const explained = await client.query(`explain (analyze, format json) ${asked.sql}`, asked.bindings);
    const [{ Plan: plan }] = explained.rows[0]['QUERY PLAN'];
    expect(mostRead(plan)).toBeLessThanOrEqual(2 * portals);
  } finally {
    await db.client.releaseConnection(client);
  }
});
