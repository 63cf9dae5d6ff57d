/** Deletes all rows of a portal, also those that were written meanwhile. */
import { type Db, query } from '../database.ts';

/** Lanes come first: deleting them waits for workers that hold one and keeps others from claiming one. Rows written meanwhile follow. */
const ownedTables = [
  'lane',
  'outbox',
  'inbox',
  'inbox_outcome',
  'lane',
  'dedupe',
  'reported_failure',
  'conversation',
  'rate_limit',
  'portal',
] as const;

/**
 * Removes every trace of a portal (its tokens, bots and connections go with the portal row). With `onlyUninstalled` a portal that
 * was installed again meanwhile is left alone. Returns whether it was erased.
 */
export async function erasePortal(db: Db, portal: string, onlyUninstalled: boolean): Promise<boolean> {
  const found = await query<unknown>(
    db,
    `select 1 from portal where portal = ? and (state = 'uninstalled' or not ?) for update`,
    [portal, onlyUninstalled],
  );
  if (found.rows.length === 0) return false;
  await query(db, 'select 1 from lane where portal = ? order by queue, key for update', [portal]);
  for (const table of ownedTables) await query(db, `delete from ${table} where portal = ?`, [portal]);
  return true;
}

/** Deletes rows that were written while their portal was being erased. Returns the number of portals concerned. */
export async function eraseLeftBehind(db: Db): Promise<number> {
  const found = await query<{ portal: string }>(
    db,
    // Steps from one portal that has lanes to the next: a portal may have thousands of lanes. Rate budgets with an empty portal belong to
    // accounts that no portal has connected yet.
    `with recursive named(portal) as (
       (select portal from lane order by portal limit 1)
       union all
       select (select l.portal from lane l where l.portal > n.portal order by l.portal limit 1) from named n where n.portal is not null
     )
     select portal from (select portal from named where portal is not null union select portal from rate_limit where portal <> '') l
     where not exists (select 1 from portal p where p.portal = l.portal) limit 100`,
  );
  const gone = found.rows.map((row) => row.portal);
  if (gone.length === 0) return 0;
  for (const table of ownedTables) await query(db, `delete from ${table} where portal = any(?)`, [gone]);
  return gone.length;
}
