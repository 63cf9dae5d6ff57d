/** Copies all rows of one portal from the database of a cell into that of another. Both have the same schema. */

import { listTables, quoted, type StoredTable } from '../backup/tables.ts';
import { type Db, inSnapshot, inTransaction, type Pool, query, type Transaction } from '../database.ts';
import { erasePortal } from '../tenants/portal-erasure.ts';

/** A row may hold a body of 4 MB, which takes 8 MB here: this many rows fit into memory whatever they hold. */
const rowsAtOnce = 32;

/**
 * Copies all rows or none, and returns how many; replaces what an earlier attempt left behind. Until the portal has arrived, the other cell
 * holds what comes for it there, and works on nothing of it. Throws when the portal lives in that cell already.
 */
export async function copyPortal(from: Pool, to: Pool, portal: string): Promise<number> {
  return await inTransaction(to, async (target) => {
    await query(target, 'set local statement_timeout = 0');
    await makeRoom(target, portal);
    const rows = await inSnapshot(from, async (source) => {
      const tables = (await listTables(source)).filter(({ columns }) => columns.includes('portal'));
      let copied = 0;
      for (const table of tables) copied += await copyTable(source, target, table, portal);
      return copied;
    });
    await settle(target, portal);
    return rows;
  });
}

async function makeRoom(target: Transaction, portal: string): Promise<void> {
  const found = await query<{ move_state: string | null }>(
    target,
    'select move_state from portal where portal = ? for update',
    [portal],
  );
  const [row] = found.rows;
  if (row !== undefined && row.move_state !== 'arriving') throw new Error(`the portal ${portal} lives in both cells`);
  await dropCopy(target, portal);
}

/** Removes what an unfinished move has left in the cell where the portal was to arrive. */
export async function dropCopy(target: Db, portal: string): Promise<void> {
  const erased = await erasePortal(target, portal, false);
  // If somebody wrote while the portal was being erased, rows without their portal are left.
  if (!erased) {
    for (const table of await listTables(target)) {
      if (table.columns.includes('portal'))
        await query(target, `delete from ${quoted(table.name)} where portal = ?`, [portal]);
    }
  }
}

async function copyTable(
  source: Transaction,
  target: Transaction,
  table: StoredTable,
  portal: string,
): Promise<number> {
  const name = quoted(table.name);
  // Row numbers that the database gives are given anew, in the same order: those of the source may be taken in the target.
  const columns = table.columns.filter((column) => column !== table.identity);
  const list = columns.map(quoted).join(', ');
  const order = table.identity === null ? '' : `order by ${quoted(table.identity)}`;
  await query(
    source,
    `declare moved_rows no scroll cursor for
     select to_json(r)::text as row from (select ${list} from ${name} where portal = ? ${order}) r`,
    [portal],
  );
  let count = 0;
  for (;;) {
    const { rows } = await query<{ row: string }>(source, `fetch ${rowsAtOnce} from moved_rows`);
    if (rows.length === 0) break;
    count += rows.length;
    await query(
      target,
      `insert into ${name} (${list}) select ${list} from json_populate_recordset(null::${name}, ?::json)`,
      [`[${rows.map(({ row }) => row).join(',')}]`],
    );
  }
  await query(source, 'close moved_rows');
  return count;
}

/** Marks the portal as arriving and ends the leases, which processes of the other cell hold. */
async function settle(target: Transaction, portal: string): Promise<void> {
  await query(
    target,
    `update portal set move_state = 'arriving', move_to = null, move_url = null, move_since = now(), posted_held_until = 'infinity'
     where portal = ?`,
    [portal],
  );
  await query(
    target,
    `update lane set locked_by = null, ready_at = case when seq > done then now() else 'infinity' end
     where portal = ? and locked_by is not null`,
    [portal],
  );
  await query(target, 'update connection set listening_by = null, listening_until = null where portal = ?', [portal]);
  await query(target, 'update event_poll set leased_by = null, leased_until = null where portal = ?', [portal]);
  await query(
    target,
    `update portal_token set refresh_lost_at = now(), refreshing_by = null, refreshing_until = null
     where portal = ? and refreshing_by is not null`,
    [portal],
  );
}

/** Copies the dedupe keys of events that came since `since`, so that none of these events is taken a second time. */
export async function copyKeys(from: Db, to: Db, portal: string, since: Date): Promise<void> {
  const { rows } = await query<{ key: string; received_at: Date }>(
    from,
    'select key, received_at from dedupe where portal = ? and received_at >= ?',
    [portal, since],
  );
  await query(
    to,
    `insert into dedupe (portal, key, received_at)
     select ?, key, received_at from unnest(?::uuid[], ?::timestamptz[]) as i(key, received_at) on conflict do nothing`,
    [portal, rows.map(({ key }) => key), rows.map(({ received_at: at }) => at.toISOString())],
  );
}
