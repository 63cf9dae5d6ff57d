/** When each portal was last asked whether the app works in it, and what it answered. */
import { type Db, query } from '../database.ts';

/**
 * working: the portal sends events · not_finished: the installation waits for an administrator to open the app, after an update too, and no
 * events are sent · payment_expired: no events are sent until the portal pays for the app.
 */
export type AppState = 'working' | 'not_finished' | 'payment_expired';

/** Claims installed portals that were not asked since `before`, the longest waiting first; they count as asked from now on. */
export async function claimAppChecks(
  db: Db,
  { before, limit }: { readonly before: Date; readonly limit: number },
): Promise<string[]> {
  const result = await query<{ portal: string }>(
    db,
    `update portal set app_checked_at = now()
     where portal in (
       select portal from portal
       where state = 'installed' and move_state is null and (app_checked_at is null or app_checked_at < ?)
       order by app_checked_at nulls first limit ? for no key update skip locked)
     returning portal`,
    [before, limit],
  );
  return result.rows.map(({ portal }) => portal);
}

/** How many portals are installed, and how many of them were asked within the last `withinSeconds`, by any process. */
export async function countAppChecks(
  db: Db,
  withinSeconds: number,
): Promise<{ readonly installed: number; readonly asked: number }> {
  const result = await query<{ installed: number; asked: number }>(
    db,
    `select count(*)::int as installed,
       (count(*) filter (where app_checked_at > now() - ? * interval '1 second'))::int as asked
     from portal where state = 'installed'`,
    [withinSeconds],
  );
  return result.rows[0] ?? { installed: 0, asked: 0 };
}

/** Stores the answer. True if it differs from the last one. */
export async function storeAppState(db: Db, portal: string, state: AppState): Promise<boolean> {
  const result = await query<unknown>(
    db,
    'update portal set app_state = ? where portal = ? and app_state <> ? returning 1',
    [state, portal, state],
  );
  return result.rows.length > 0;
}
