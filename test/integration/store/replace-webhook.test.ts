/** The address of a webhook is replaced only in the connection as it was read. */
import { expect, it } from 'vitest';
import { type Pool, query } from '../../../src/store/database.ts';
import { replaceWebhookSecret } from '../../../src/store/tenants/connection-health.ts';
import { addConnection, listConnections } from '../../../src/store/tenants/connections.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
const sealed = { configSealed: Buffer.alloc(8), webhookSecretSealed: Buffer.alloc(8) };
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
  const id = '00000000-0000-4000-8000-000000000001';
  await addConnection(db, { portal, id, brain: 'echo', title: 't', ...sealed, webhookSecretHash: Buffer.alloc(32) });
});

it('is not replaced where somebody else has changed the connection meanwhile', async () => {
  const [read] = await listConnections(db, portal);
  if (read === undefined) throw new Error('no connection');
  const hashOf = async () => {
    const { rows } = await query<{ first: number }>(
      db,
      'select get_byte(webhook_secret_hash, 0) as first from connection',
      [],
    );
    return rows[0]?.first;
  };
  expect(await replaceWebhookSecret(db, read, { ...sealed, webhookSecretHash: Buffer.alloc(32, 1) })).toBe(true);
  expect(await hashOf()).toBe(1);
  expect(await replaceWebhookSecret(db, read, { ...sealed, webhookSecretHash: Buffer.alloc(32, 2) })).toBe(false);
  expect(await hashOf()).toBe(1);
});
