/** Rows of portals and connections, for tests that need only the database. */
import type { Db } from '../../../src/store/database.ts';

/** Adds a portal that cannot be called; it is installed unless `more` says otherwise. */
export async function addBarePortal(
  db: Db,
  portal: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const place = { domain: portal, client_endpoint: 'c', server_endpoint: 's' };
  await db('portal').insert({ portal, ...place, application_token_hash: Buffer.alloc(32), ...more });
}

/** Adds tokens of a portal that cannot be decrypted, exchanged `ageDays` ago. */
export async function addBareToken(db: Db, portal: string, ageDays: number): Promise<void> {
  const sealed = { access_sealed: Buffer.alloc(1), refresh_sealed: Buffer.alloc(1) };
  const refreshed_at = new Date(Date.now() - ageDays * 86_400_000);
  await db('portal_token').insert({
    portal,
    ...sealed,
    expires_at: refreshed_at,
    user_id: '1',
    is_admin: true,
    refreshed_at,
  });
}

/** Adds a connection of the echo brain whose secrets cannot be decrypted. */
export async function addBareConnection(db: Db, portal: string, id: string): Promise<void> {
  const sealed = Buffer.alloc(1);
  const secrets = { config_sealed: sealed, webhook_secret_hash: sealed, webhook_secret_sealed: sealed };
  await db('connection').insert({ portal, id, brain: 'echo', title: 't', ...secrets });
}
