/** The directory: which cells there are, and in which of them each portal lives. A database of its own, beside those of the cells. */
import { fileURLToPath } from 'node:url';
import { type Db, query } from '../database.ts';
import { migrateToLatest } from '../migrate.ts';

const folder = fileURLToPath(new URL('../../../migrations/cells/', import.meta.url));

/** Makes or updates the tables of the directory. Throws Misconfigured `database.newer_schema` for any other database of the app. */
export async function migrateDirectory(url: string): Promise<void> {
  await migrateToLatest(url, folder);
}

export type CellState = 'open' | 'draining';

export interface CellRow {
  readonly name: string;
  /** Origin of its app. */
  readonly url: string;
  readonly database_sealed: Buffer;
  readonly state: CellState;
  readonly added_at: Date;
  /** Portals that live in it. */
  readonly portals: number;
}

const livingIn = 'select count(*)::int from portal_home h where h.cell = c.name and h.left_at is null';

/** All cells by name. */
export async function listCells(db: Db): Promise<CellRow[]> {
  const result = await query<CellRow>(
    db,
    `select name, url, database_sealed, state, added_at, (${livingIn}) as portals from cell c order by name`,
  );
  return result.rows;
}

/** Adds the cell, or gives a known one another address or database. False when another cell has this address. */
export async function saveCell(db: Db, cell: Pick<CellRow, 'name' | 'url' | 'database_sealed'>): Promise<boolean> {
  const result = await query(
    db,
    `insert into cell (name, url, database_sealed)
     select i.name, i.url, i.database_sealed from (select ?::text, ?::text, ?::bytea) as i(name, url, database_sealed)
     where not exists (select 1 from cell o where o.url = i.url and o.name <> i.name)
     on conflict (name) do update set url = excluded.url, database_sealed = excluded.database_sealed`,
    [cell.name, cell.url, cell.database_sealed],
  );
  return result.rowCount > 0;
}

/** False when there is no such cell. */
export async function setCellState(db: Db, name: string, state: CellState): Promise<boolean> {
  return (await query(db, 'update cell set state = ? where name = ?', [state, name])).rowCount > 0;
}

export interface PortalHome {
  /** What was asked for: the id of a portal, how the portal names itself, or the hash of a webhook's secret. */
  readonly asked: string;
  readonly name: string;
  readonly url: string;
}

/** Where these portals live. Those that live nowhere are left out; a portal that has left keeps its place. */
export async function findHomes(db: Db, portals: readonly string[]): Promise<PortalHome[]> {
  const result = await query<PortalHome>(
    db,
    `select a.asked, c.name, c.url from unnest(?::text[]) as a(asked)
     cross join lateral (
       select cell from portal_home where portal = a.asked
       union all (select cell from portal_home where member_id = a.asked limit 1)
       union all select cell from moved_webhook where hash = a.asked
       limit 1
     ) h join cell c on c.name = h.cell`,
    [portals],
  );
  return result.rows;
}

/**
 * Gives a portal its cell: the one it has, or the open one with the fewest portals. Two calls at the same time get the same answer. Null
 * when no cell is open. Call it only for an installation that was proven.
 */
export async function placePortal(db: Db, portal: string): Promise<Pick<CellRow, 'name' | 'url'> | null> {
  const result = await query<Pick<CellRow, 'name' | 'url'>>(
    db,
    `with chosen as (
       select coalesce(
         (select cell from portal_home where portal = ?),
         (select name from cell c where state = 'open' order by (${livingIn}), name limit 1)
       ) as cell
     ), placed as (
       insert into portal_home (portal, cell) select ?, cell from chosen where cell is not null
       on conflict (portal) do update set left_at = null
       returning cell
     )
     select c.name, c.url from placed p join cell c on c.name = p.cell`,
    [portal, portal],
  );
  return result.rows[0] ?? null;
}

/** A portal; `memberId` is how it names itself, null if that is its id. */
export interface NamedPortal {
  readonly portal: string;
  readonly memberId: string | null;
}

/** Records that these portals live in the cell, wherever they lived before. */
export async function setHomes(db: Db, cell: string, portals: readonly NamedPortal[]): Promise<void> {
  await query(
    db,
    `insert into portal_home (portal, member_id, cell)
     select portal, member_id, ? from unnest(?::text[], ?::text[]) as i(portal, member_id)
     on conflict (portal) do update set cell = excluded.cell, member_id = excluded.member_id, left_at = null`,
    [cell, portals.map(({ portal }) => portal), portals.map(({ memberId }) => memberId)],
  );
}

/** Records the same for the portals that live nowhere yet. Returns the portals that live in another cell. */
export async function claimHomes(db: Db, cell: string, portals: readonly NamedPortal[]): Promise<string[]> {
  await query(
    db,
    `insert into portal_home (portal, member_id, cell)
     select portal, member_id, ? from unnest(?::text[], ?::text[]) as i(portal, member_id) on conflict (portal) do nothing`,
    [cell, portals.map(({ portal }) => portal), portals.map(({ memberId }) => memberId)],
  );
  const result = await query<{ portal: string }>(
    db,
    'select portal from portal_home where portal = any(?::text[]) and cell <> ? order by portal',
    [portals.map(({ portal }) => portal), cell],
  );
  return result.rows.map(({ portal }) => portal);
}

/** Records the cell to which webhooks go that arrive at the former address of a connection. @param hashes of their secrets, hexadecimal */
export async function setWebhookHomes(db: Db, cell: string, hashes: readonly string[]): Promise<void> {
  await query(
    db,
    `insert into moved_webhook (hash, cell) select hash, ? from unnest(?::text[]) as i(hash)
     on conflict (hash) do update set cell = excluded.cell`,
    [cell, hashes],
  );
}

/** Records that the portal's data is erased. The portal keeps its place in case it comes back. */
export async function markLeft(db: Db, portal: string): Promise<void> {
  await query(db, 'update portal_home set left_at = now() where portal = ? and left_at is null', [portal]);
}
