/** The tables a backup holds, as the database itself knows them. */
import { type Db, query } from '../database.ts';
import { isSessionHere } from '../session.ts';

export interface StoredTable {
  readonly name: string;
  /** The columns that are written: generated ones are not. */
  readonly columns: readonly string[];
  /** The column whose values come from a sequence; null: none. */
  readonly identity: string | null;
}

/** Not in a backup: `migration` is filled by the migrations, and `worker` lists processes that are gone after a restore. */
const leftOut = ['migration', 'migration_lock', 'worker'];

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** All tables, each after the tables its rows refer to. */
export async function listTables(db: Db): Promise<readonly StoredTable[]> {
  const result = await query<StoredTable & { readonly refers_to: readonly string[] }>(
    db,
    `select c.relname::text as name,
            (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
            (select a.attname::text from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attidentity <> '' limit 1) as identity,
            array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
                  where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid) as refers_to
     from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> all(?::text[])
     order by c.relname`,
    [leftOut],
  );
  return inOrder(result.rows).map(({ name, columns, identity }) => ({ name, columns, identity }));
}

function inOrder<T extends { readonly name: string; readonly refers_to: readonly string[] }>(
  tables: readonly T[],
): T[] {
  const ordered: T[] = [];
  const placed = new Set<string>();
  while (ordered.length < tables.length) {
    const next = tables.filter((table) => !placed.has(table.name) && table.refers_to.every((name) => placed.has(name)));
    if (next.length === 0) throw new Error('the tables refer to each other in a circle');
    for (const table of next) placed.add(table.name);
    ordered.push(...next);
  }
  return ordered;
}

/** The name of a table that has rows, not counting those a running app fills by itself; null: all are empty. */
export async function findFilledTable(db: Db): Promise<string | null> {
  for (const { name } of await listTables(db)) {
    if (name === 'answers_counted') continue;
    const result = await query<unknown>(db, `select 1 from ${quoted(name)} limit 1`);
    if (result.rows.length > 0) return name;
  }
  return null;
}

/** Whether processes of the app are connected to this database, commands apart. */
export async function isAppConnected(db: Db): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `select 1 from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and ${isSessionHere(['bot-bridge', 'bot-bridge worker'])} limit 1`,
  );
  return result.rows.length > 0;
}
