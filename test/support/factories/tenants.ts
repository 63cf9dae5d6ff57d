/** Rows of portals and connections, for tests of what works on the database alone. */
import type { Db } from '../../../src/store/database.ts';

/** An installed portal that nobody can call. */
export async function addBarePortal(db: Db, portal: string): Promise<void> {
  const place = { domain: portal, client_endpoint: 'c', server_endpoint: 's' };
  await db('portal').insert({ portal, ...place, application_token_hash: Buffer.alloc(32) });
}

/** A connection of the echo brain whose secrets nobody can open. */
export async function addBareConnection(db: Db, portal: string, id: string): Promise<void> {
  const sealed = Buffer.alloc(1);
  const secrets = { config_sealed: sealed, webhook_secret_hash: sealed, webhook_secret_sealed: sealed };
  await db('connection').insert({ portal, id, brain: 'echo', title: 't', ...secrets });
}
