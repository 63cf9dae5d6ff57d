/** The list of what was sent to the brain of a connection's bots: what it reads, and whose it is. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Pool } from '../../../src/store/database.ts';
import { findDelivery, listDeliveries } from '../../../src/store/reporting/deliveries.ts';
import { giveConnection } from '../../../src/store/tenants/bots.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
/** DELIVERIES=200000 shows the same with as many as a busy portal has in a week. */
const manyDeliveries = Number(process.env['DELIVERIES'] ?? 20_000);
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
  for (const code of ['busy', 'quiet']) {
    await db('bot').insert({ portal, code, type: 'B', name: code, brain: 'echo', state: 'registered' });
  }
  await addDeliveries('busy', manyDeliveries);
  await addDeliveries('quiet', 10);
  await db.raw('analyze outbox');
});

async function addDeliveries(bot: string, count: number): Promise<void> {
  await db.raw(
    `insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action, created_at, done_at, state, outcome)
     select ?, ? || '/1>brain', n, gen_random_uuid(), 'brain', ?, '1', 't', '{"type":"message"}', now() - n * interval '1 second',
       now(), 'done', 'delivered' from generate_series(1, ?::int) n`,
    [portal, bot, bot, count],
  );
}

interface Plan {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** Rows of the outbox that a plan has read. */
function rowsRead({ Plans: parts = [], ...plan }: Plan): number {
  const own = (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
  return (plan['Relation Name'] === 'outbox' ? own : 0) + parts.reduce((sum, part) => sum + rowsRead(part), 0);
}

it.each([
  ['busy', 50],
  ['quiet', 10],
])('reads no more than it shows, of the bot that talks much and of the one that does not: %s', async (code, shown) => {
  let asked: { readonly sql: string; readonly bindings: readonly unknown[] } | null = null;
  const note = (query: typeof asked): void => {
    asked ??= query;
  };
  db.on('query', note);
  const rows = await listDeliveries(db, portal, [code], 50);
  db.off('query', note);
  expect(rows.map(({ bot_code: bot }) => bot)).toEqual(Array.from({ length: shown }, () => code));
  const { sql, bindings } = asked ?? { sql: '', bindings: [] };
  const client = await db.client.acquireConnection();
  try {
    const explained = await client.query(`explain (analyze, format json) ${sql}`, bindings);
    // The sort by number looks one row further.
    expect(rowsRead(explained.rows[0]['QUERY PLAN'][0].Plan)).toBeLessThanOrEqual(shown + 1);
  } finally {
    await db.client.releaseConnection(client);
  }
});

it('has nothing of what the bot had before, which is not sent to the present brain again', async () => {
  const connectionId = randomUUID();
  await db('connection').insert({
    ...{ portal, id: connectionId, brain: 'webhook', title: 'x' },
    ...{ config_sealed: Buffer.alloc(1), webhook_secret_sealed: Buffer.alloc(1), webhook_secret_hash: Buffer.alloc(1) },
  });
  const before = { portal, code: 'quiet', brain: 'echo', connection_id: null };
  expect(await giveConnection(db, before, { brain: 'echo', connectionId: null })).toBe(true);
  expect(await listDeliveries(db, portal, ['quiet'], 50)).toHaveLength(10);
  const first = { portal, lane: 'quiet/1>brain', seq: 1 };
  expect(await findDelivery(db, first, ['quiet'])).toEqual({ state: 'done' });
  expect(await giveConnection(db, before, { brain: 'webhook', connectionId })).toBe(true);
  expect(await listDeliveries(db, portal, ['quiet'], 50)).toEqual([]);
  expect(await findDelivery(db, first, ['quiet'])).toBeNull();
});
