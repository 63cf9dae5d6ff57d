/** Writes the rows of a backup into empty tables, all of them or none. */
import { inTransaction, type Pool, query, type Transaction } from '../database.ts';
import { listTables, quoted, type StoredTable } from './tables.ts';

/** What is read from a backup, in its order: a table, then its rows. */
export type DumpedItem =
  | { readonly table: Pick<StoredTable, 'name' | 'columns'> }
  /** JSON objects. */
  | { readonly rows: readonly string[] };

/**
 * Loads everything and runs `finish` in one transaction, which keeps the app out. Throws what reading throws, and an error if the tables
 * differ from those of this database; then nothing has changed.
 *
 * @param read begins to read from the start at each call, because a transaction may have to be repeated
 * @returns how many rows were written, and what `finish` returned
 */
export async function loadTables<T>(
  db: Pool,
  read: () => AsyncIterable<DumpedItem>,
  finish: (trx: Transaction) => Promise<T>,
): Promise<{ readonly rows: number; readonly finished: T }> {
  const loaded = await inTransaction(db, async (trx) => {
    await query(trx, 'set local statement_timeout = 0');
    const tables = new Map((await listTables(trx)).map((table) => [table.name, table]));
    await query(trx, `lock table ${[...tables.keys()].map(quoted).join(', ')} in access exclusive mode`);
    let into: StoredTable | null = null;
    let rows = 0;
    for await (const item of read()) {
      if ('table' in item) into = await emptied(trx, sameTable(tables, item.table));
      else if (into === null) throw new Error('rows come before the name of their table');
      else {
        await insertRows(trx, into, item.rows);
        rows += item.rows.length;
      }
    }
    for (const table of tables.values()) await moveSequence(trx, table);
    return { rows, finished: await finish(trx) };
  });
  await query(db, 'analyze');
  return loaded;
}

function sameTable(
  tables: ReadonlyMap<string, StoredTable>,
  { name, columns }: Pick<StoredTable, 'name' | 'columns'>,
): StoredTable {
  const table = tables.get(name);
  if (table === undefined) throw new Error(`the database has no table ${JSON.stringify(name)}`);
  if (table.columns.length !== columns.length || table.columns.some((column) => !columns.includes(column))) {
    throw new Error(`the table ${name} has other columns than in the backup`);
  }
  return table;
}

/** Empties the table: a migration may have put rows into it, and the backup holds them as well. */
async function emptied(trx: Transaction, table: StoredTable): Promise<StoredTable> {
  await query(trx, `delete from ${quoted(table.name)}`);
  return table;
}

async function insertRows(trx: Transaction, { name, columns }: StoredTable, rows: readonly string[]): Promise<void> {
  const list = columns.map(quoted).join(', ');
  await query(
    trx,
    `insert into ${quoted(name)} (${list}) overriding system value
     select ${list} from json_populate_recordset(null::${quoted(name)}, ?::json)`,
    [`[${rows.join(',')}]`],
  );
}

/** Makes new rows get numbers after those that were loaded. */
async function moveSequence(trx: Transaction, { name, identity }: StoredTable): Promise<void> {
  if (identity === null) return;
  await query(
    trx,
    `select setval(pg_get_serial_sequence(?, ?), coalesce(max(${quoted(identity)}), 1), max(${quoted(identity)}) is not null)
     from ${quoted(name)}`,
    [quoted(name), identity],
  );
}
