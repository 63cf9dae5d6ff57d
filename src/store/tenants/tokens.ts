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
  /** For so long (milliseconds) the portal is to be left alone; null: it is not, or the time is over. See `holdToken`. */
  readonly held_ms: number | null;
  /** Code of the error for which it is, or was, left alone. */
  readonly hold_code: string | null;
}

const selectToken = `
  select t.*, case when hold_until > now() then (extract(epoch from hold_until - now()) * 1000)::float8 end as held_ms
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

/** The right to trade one stored refresh token in, for a few seconds at a time. */
export interface RefreshLease {
  readonly portal: string;
  /** The sealed refresh token to be traded: who finds another one stored has come too late. */
  readonly refreshSealed: Buffer;
  readonly owner: string;
  readonly leaseSeconds: number;
}

/**
 * Takes the lease and tells when an earlier one was lost; null when somebody else holds it, the pair was exchanged meanwhile, or the
 * portal is held (`mayProbe` passes a hold).
 * No lock outlives the statement: the lease, not a transaction, keeps others away while the OAuth host is asked.
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
       refresh_lost_at = case when t.refreshing_by is null then t.refresh_lost_at else now() end
     from portal p
     where t.portal = ? and p.portal = t.portal and t.refresh_sealed = ?
       and (t.refreshing_until is null or t.refreshing_until <= now())
       and (? or t.hold_until is null or t.hold_until <= now() or p.state = 'installed')
     returning t.refresh_lost_at`,
    [lease.owner, lease.leaseSeconds, lease.portal, lease.refreshSealed, mayProbe],
  );
  return result.rows[0] ?? null;
}

/** Keeps the lease for another while. */
export async function renewRefresh(db: Db, lease: RefreshLease): Promise<void> {
  await query(
    db,
    `update portal_token set refreshing_until = now() + ? * interval '1 second' where portal = ? and refreshing_by = ?`,
    [lease.leaseSeconds, lease.portal, lease.owner],
  );
}

/** Gives the lease back without a new pair. `isLost`: the OAuth host may have exchanged the pair, but no answer came. */
export async function releaseRefresh(db: Db, lease: RefreshLease, isLost: boolean): Promise<void> {
  await query(
    db,
    `update portal_token set refreshing_by = null, refreshing_until = null,
       refresh_lost_at = case when ? then now() else refresh_lost_at end
     where portal = ? and refreshing_by = ?`,
    [isLost, lease.portal, lease.owner],
  );
}

/** Notes that the portal is to be left alone for a while, and why. */
export async function holdToken(db: Db, portal: string, code: string, seconds: number): Promise<void> {
  await query(
    db,
    `update portal_token set hold_code = ?, hold_until = now() + ? * interval '1 second' where portal = ?`,
    [code, seconds, portal],
  );
}

/** Takes the one call by which a held portal is tried again, when the hold is over; everybody else waits `seconds` for its result. */
export async function claimProbe(db: Db, portal: string, seconds: number): Promise<boolean> {
  const result = await query(
    db,
    `update portal_token set hold_until = now() + ? * interval '1 second' where portal = ? and hold_until <= now()`,
    [seconds, portal],
  );
  return result.rowCount > 0;
}

/** Ends a hold. */
export async function endHold(db: Db, portal: string): Promise<void> {
  await query(db, 'update portal_token set hold_until = null, hold_code = null where portal = ?', [portal]);
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
 * token (trap 75), unless it is the same person's newer one.
 */
export async function offerToken(db: Db, token: NewToken): Promise<void> {
  await query(
    db,
    `insert into portal_token (portal, access_sealed, refresh_sealed, expires_at, user_id, is_admin)
     values (?, ?, ?, ?, ?, ?)
     on conflict (portal) do update set
       access_sealed = excluded.access_sealed, refresh_sealed = excluded.refresh_sealed, expires_at = excluded.expires_at,
       user_id = excluded.user_id, is_admin = excluded.is_admin, refreshed_at = now(),
       refreshing_by = null, refreshing_until = null, refresh_lost_at = null, hold_until = null, hold_code = null
     where excluded.is_admin or not portal_token.is_admin or (portal_token.user_id = excluded.user_id and excluded.user_id <> '')`,
    [token.portal, token.accessSealed, token.refreshSealed, token.expiresAt, token.userId, token.isAdmin],
  );
}

/**
 * Stores the pair a refresh returned, for the same user as before, and ends the lease. False when the traded token is no longer the
 * stored one: somebody brought another pair meanwhile, and that one stays.
 */
export async function rotateToken(
  db: Db,
  token: Pick<NewToken, 'portal' | 'accessSealed' | 'refreshSealed' | 'expiresAt'>,
  tradedSealed: Buffer,
): Promise<boolean> {
  const result = await query(
    db,
    `update portal_token set access_sealed = ?, refresh_sealed = ?, expires_at = ?, refreshed_at = now(),
       refreshing_by = null, refreshing_until = null, refresh_lost_at = null, hold_until = null, hold_code = null
     where portal = ? and refresh_sealed = ?`,
    [token.accessSealed, token.refreshSealed, token.expiresAt, token.portal, tradedSealed],
  );
  return result.rowCount > 0;
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
