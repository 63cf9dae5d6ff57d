/** The OAuth tokens of portals, always encrypted. */
import { type Db, query } from './database.ts';

export interface TokenRow {
  readonly portal: string;
  readonly access_box: Buffer;
  readonly refresh_box: Buffer;
  readonly expires_at: Date;
  readonly user_id: string;
  readonly is_admin: boolean;
  readonly refreshed_at: Date;
}

export async function findToken(db: Db, portal: string): Promise<TokenRow | null> {
  const result = await query<TokenRow>(db, 'select * from portal_token where portal = ?', [portal]);
  return result.rows[0] ?? null;
}

/** The token row, locked until the transaction ends: whoever holds it is the only one refreshing, in any process. */
export async function lockToken(db: Db, portal: string): Promise<TokenRow | null> {
  const result = await query<TokenRow>(db, 'select * from portal_token where portal = ? for update', [portal]);
  return result.rows[0] ?? null;
}

export interface NewToken {
  readonly portal: string;
  readonly accessBox: Buffer;
  readonly refreshBox: Buffer;
  readonly expiresAt: Date;
  readonly userId: string;
  readonly isAdmin: boolean;
}

/**
 * Stores a token pair that came with an installation or a page. A person who is no administrator never replaces an administrator's
 * token (trap 75), unless it is the same person's newer one.
 */
export async function offerToken(db: Db, token: NewToken): Promise<void> {
  await query(
    db,
    `insert into portal_token (portal, access_box, refresh_box, expires_at, user_id, is_admin)
     values (?, ?, ?, ?, ?, ?)
     on conflict (portal) do update set
       access_box = excluded.access_box, refresh_box = excluded.refresh_box, expires_at = excluded.expires_at,
       user_id = excluded.user_id, is_admin = excluded.is_admin, refreshed_at = now()
     where excluded.is_admin or not portal_token.is_admin or (portal_token.user_id = excluded.user_id and excluded.user_id <> '')`,
    [token.portal, token.accessBox, token.refreshBox, token.expiresAt, token.userId, token.isAdmin],
  );
}

/** Stores the pair a refresh returned, for the same user as before. */
export async function rotateToken(
  db: Db,
  token: Pick<NewToken, 'portal' | 'accessBox' | 'refreshBox' | 'expiresAt'>,
): Promise<void> {
  await query(
    db,
    `update portal_token set access_box = ?, refresh_box = ?, expires_at = ?, refreshed_at = now() where portal = ?`,
    [token.accessBox, token.refreshBox, token.expiresAt, token.portal],
  );
}

export async function deleteToken(db: Db, portal: string): Promise<void> {
  await query(db, 'delete from portal_token where portal = ?', [portal]);
}

/** Portals whose tokens were last refreshed before that moment: a refresh token lapses after 180 days of silence. */
export async function listStaleTokens(db: Db, before: Date): Promise<string[]> {
  const result = await query<{ portal: string }>(
    db,
    `select t.portal from portal_token t join portal p using (portal)
     where t.refreshed_at < ? and p.state = 'installed' order by t.refreshed_at limit 100`,
    [before],
  );
  return result.rows.map((row) => row.portal);
}
