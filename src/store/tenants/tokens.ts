/** The OAuth tokens of portals, always encrypted. */
import { type Db, query } from '../database.ts';

export interface TokenRow {
  readonly portal: string;
  readonly access_sealed: Buffer;
  readonly refresh_sealed: Buffer;
  readonly expires_at: Date;
  readonly user_id: string;
  readonly is_admin: boolean;
  readonly refreshed_at: Date;
  /** No calls are made to the portal for this many milliseconds; null: it is not on hold. See `holdToken`. */
  readonly held_ms: number | null;
  /** Code of the error for which it is, or was, put on hold. */
  readonly backoff_code: string | null;
}

const selectToken = `
  select t.*, case when backoff_until > now() then (extract(epoch from backoff_until - now()) * 1000)::float8 end as held_ms
  from portal_token t where portal = ?`;

export async function findToken(db: Db, portal: string): Promise<TokenRow | null> {
  const result = await query<TokenRow>(db, selectToken, [portal]);
  return result.rows[0] ?? null;
}

/** The token row, locked until the transaction ends. */
export async function lockToken(db: Db, portal: string): Promise<TokenRow | null> {
  const result = await query<TokenRow>(db, `${selectToken} for update`, [portal]);
  return result.rows[0] ?? null;
}

/** The exclusive right to exchange one stored refresh token, for a few seconds at a time. */
export interface RefreshLease {
  readonly portal: string;
  /** The sealed refresh token to be exchanged. If another one is stored, it has been exchanged already. */
  readonly refreshSealed: Buffer;
  readonly owner: string;
  readonly leaseSeconds: number;
}

/**
 * Takes the lease; returns the time at which an earlier one was lost. Null when another process holds it, the pair was exchanged meanwhile, or the
 * portal is on hold (`mayProbe` ignores the hold). No lock outlives the statement: the lease, not a transaction, keeps others away during
 * the call to the OAuth host.
 */
export async function claimRefresh(
  db: Db,
  lease: RefreshLease,
  mayProbe: boolean,
): Promise<{ readonly refresh_lost_at: Date | null } | null> {
  const result = await query<{ refresh_lost_at: Date | null }>(
    db,
    `update portal_token t set
       refreshing_by = ?, refreshing_until = now() + ? * interval '1 second',
       refresh_lost_at = case when t.refreshing_by is null then t.refresh_lost_at else clock.at end
     from portal p, (select now() as at) clock
     where t.portal = ? and p.portal = t.portal and t.refresh_sealed = ? and p.move_state is null
       and (t.refreshing_until is null or t.refreshing_until <= now())
       and (? or t.backoff_until is null or t.backoff_until <= now() or p.state = 'installed')
     returning t.refresh_lost_at`,
    [lease.owner, lease.leaseSeconds, lease.portal, lease.refreshSealed, mayProbe],
  );
  return result.rows[0] ?? null;
}

/** Extends the lease. */
export async function renewRefresh(db: Db, lease: RefreshLease): Promise<void> {
  await query(
    db,
    `update portal_token set refreshing_until = now() + ? * interval '1 second' where portal = ? and refreshing_by = ?`,
    [lease.leaseSeconds, lease.portal, lease.owner],
  );
}

/** Releases the lease without a new pair. `isLost`: the OAuth host may have exchanged the pair, but no answer came. */
export async function releaseRefresh(db: Db, lease: RefreshLease, isLost: boolean): Promise<void> {
  await query(
    db,
    `update portal_token set refreshing_by = null, refreshing_until = null,
       refresh_lost_at = case when ? then clock.at else refresh_lost_at end
     from (select now() as at) clock
     where portal = ? and refreshing_by = ?`,
    [isLost, lease.portal, lease.owner],
  );
}

/** Puts the portal on hold for a while, with the reason. */
export async function holdToken(db: Db, portal: string, code: string, seconds: number): Promise<void> {
  await query(
    db,
    `update portal_token set backoff_code = ?, backoff_until = now() + ? * interval '1 second' where portal = ?`,
    [code, seconds, portal],
  );
}

/** Claims the single test call after a hold is over; all others wait `seconds` for its result. */
export async function claimProbe(db: Db, portal: string, seconds: number): Promise<boolean> {
  const result = await query(
    db,
    `update portal_token set backoff_until = now() + ? * interval '1 second' where portal = ? and backoff_until <= now()`,
    [seconds, portal],
  );
  return result.rowCount > 0;
}

/** Ends a hold. */
export async function endHold(db: Db, portal: string): Promise<void> {
  await query(db, 'update portal_token set backoff_until = null, backoff_code = null where portal = ?', [portal]);
}

export interface NewToken {
  readonly portal: string;
  readonly accessSealed: Buffer;
  readonly refreshSealed: Buffer;
  readonly expiresAt: Date;
  readonly userId: string;
  readonly isAdmin: boolean;
}

/**
 * Stores a token pair that came with an installation or a page. A person who is no administrator never replaces an administrator's
 * token, unless it is the same person's newer one.
 */
export async function offerToken(db: Db, token: NewToken): Promise<void> {
  await query(
    db,
    `insert into portal_token (portal, access_sealed, refresh_sealed, expires_at, user_id, is_admin)
     values (?, ?, ?, ?, ?, ?)
     on conflict (portal) do update set
       access_sealed = excluded.access_sealed, refresh_sealed = excluded.refresh_sealed, expires_at = excluded.expires_at,
       user_id = excluded.user_id, is_admin = excluded.is_admin, refreshed_at = excluded.refreshed_at,
       refreshing_by = null, refreshing_until = null, refresh_lost_at = null, backoff_until = null, backoff_code = null
     where excluded.is_admin or not portal_token.is_admin or (portal_token.user_id = excluded.user_id and excluded.user_id <> '')`,
    [token.portal, token.accessSealed, token.refreshSealed, token.expiresAt, token.userId, token.isAdmin],
  );
}

/**
 * Stores the pair that a refresh returned, for the same user as before, and ends the lease. False when the exchanged token is no longer the
 * stored one: another pair was stored meanwhile, and it is kept.
 */
export async function rotateToken(
  db: Db,
  token: Pick<NewToken, 'portal' | 'accessSealed' | 'refreshSealed' | 'expiresAt'>,
  tradedSealed: Buffer,
): Promise<boolean> {
  const result = await query(
    db,
    `update portal_token set access_sealed = ?, refresh_sealed = ?, expires_at = ?, refreshed_at = now(),
       refreshing_by = null, refreshing_until = null, refresh_lost_at = null, backoff_until = null, backoff_code = null
     where portal = ? and refresh_sealed = ?`,
    [token.accessSealed, token.refreshSealed, token.expiresAt, token.portal, tradedSealed],
  );
  return result.rowCount > 0;
}

export async function deleteToken(db: Db, portal: string): Promise<void> {
  await query(db, 'delete from portal_token where portal = ?', [portal]);
}

/**
 * Portals whose tokens were last refreshed before that moment: a refresh token expires after 180 days without use.
 *
 * @param exceptOf the user id of rows that hold no OAuth tokens
 */
export async function listStaleTokens(db: Db, before: Date, exceptOf: string): Promise<string[]> {
  const result = await query<{ portal: string }>(
    db,
    `select t.portal from portal_token t join portal p using (portal)
     where t.refreshed_at < ? and t.user_id <> ? and p.state = 'installed' and p.move_state is null
     order by t.refreshed_at limit 100`,
    [before, exceptOf],
  );
  return result.rows.map((row) => row.portal);
}
