/** What a database holds, to be compared with another one. */
import type { DatabaseProbe } from '../../support/database-probe.ts';

/** The rows of every table as sorted texts (long ones by their digest), those of processes and of migrations (when they ran) apart. */
export async function contentsOf(probe: DatabaseProbe): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables = await probe.rows(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('migration', 'migration_lock', 'worker')`,
  );
  const contents: Record<string, readonly string[]> = {};
  for (const { name } of tables) {
    // As jsonb, because line breaks between the tokens of a stored JSON value do not come back.
    const rows = await probe.rows(
      `select left(row, 500) || md5(row) as row from (select to_jsonb(t)::text as row from "${String(name)}" t) r`,
    );
    contents[String(name)] = rows.map(({ row }) => String(row)).sort();
  }
  return contents;
}
