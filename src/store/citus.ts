/** What is special about a server with Citus, where the schema of an installation may be a distributed one (docs/citus.md). */
import { listTables, quoted } from './backup/tables.ts';
import { type Db, inTransaction, type Pool, query, type Transaction } from './database.ts';

/** Keyed by the configuration of the pool, which its transactions share. */
const known = new WeakMap<object, boolean>();

/** Whether the server has Citus. Asked once for each pool. Its schema distributed or not, such a server is given the statements for Citus. */
export async function isCitus(db: Db): Promise<boolean> {
  const pool = db.client.config as object;
  const found = known.get(pool);
  if (found !== undefined) return found;
  const result = await query<{ has: boolean }>(
    db,
    `select exists (select from pg_extension where extname = 'citus') as has`,
  );
  const has = result.rows[0]?.has ?? false;
  known.set(pool, has);
  return has;
}

/** Whether the tables are, or would be, in the schema `public`, which Citus does not distribute. */
export async function isInPublic(db: Db): Promise<boolean> {
  const result = await query<{ is: boolean | null }>(db, `select current_schema() = 'public' as is`);
  return result.rows[0]?.is ?? false;
}

/** Where the tables of this installation are. */
export interface Placement {
  readonly schema: string;
  /** Tables that are part of the distributed schema, and those that are not. */
  readonly distributed: readonly string[];
  readonly others: readonly string[];
  /** Addresses of the nodes that hold the distributed ones: one, unless Citus is just moving them. */
  readonly nodes: readonly string[];
}

/** Works on a server with Citus only. */
export async function findPlacement(db: Db): Promise<Placement> {
  const result = await query<Placement>(
    db,
    `select current_schema() as schema,
       coalesce(array_agg(distinct c.relname::text) filter (where s.nodename is not null), '{}') as distributed,
       coalesce(array_agg(distinct c.relname::text) filter (where s.nodename is null), '{}') as others,
       coalesce(array_agg(distinct s.nodename || ':' || s.nodeport) filter (where s.nodename is not null), '{}') as nodes
     from pg_class c
     left join citus_shards s on s.table_name = c.oid::regclass and s.citus_table_type = 'schema'
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`,
  );
  const [found] = result.rows;
  if (found === undefined) throw new Error('the server did not say where the tables are');
  return found;
}

/**
 * Makes the schema of this installation, with all its tables, a distributed one. All or nothing: if a table has another number of rows
 * afterwards, throws an error and changes nothing. Nobody else may use the schema meanwhile.
 */
export async function distributeSchema(db: Pool): Promise<void> {
  await inTransaction(db, async (trx) => {
    // Existing rows travel to the node, which may take any time.
    await query(trx, 'set local statement_timeout = 0');
    const before = await countRows(trx);
    await query(trx, 'select citus_schema_distribute(current_schema()::regnamespace)');
    const after = await countRows(trx);
    const other = [...before].find(([table, rows]) => after.get(table) !== rows);
    if (other === undefined) return;
    throw new Error(
      `the table ${other[0]} had ${other[1]} rows, and ${after.get(other[0]) ?? 'none'} when it was distributed`,
    );
  });
}

async function countRows(trx: Transaction): Promise<ReadonlyMap<string, string>> {
  const counts = new Map<string, string>();
  for (const { name } of await listTables(trx)) {
    const result = await query<{ rows: string }>(trx, `select count(*) as rows from ${quoted(name)}`);
    counts.set(name, result.rows[0]?.rows ?? '');
  }
  return counts;
}
