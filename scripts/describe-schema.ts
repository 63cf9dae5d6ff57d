/** Reads the schema of a database from its catalogue and returns SQL that would create it again, in a stable order. */
import type { Client } from 'pg';

/** The tables in which migrations are recorded; they are created by knex. */
const leftOut = ['migration', 'migration_lock'];

const head = `-- The database schema after all migrations, written by scripts/write-schema.ts. Do not edit: change migrations/ instead.\n`;

interface Table {
  readonly oid: number;
  readonly name: string;
  readonly options: readonly string[] | null;
}

/** All tables, indexes, views, functions and triggers of the schema `public`. Needs a connected client; changes nothing. */
export async function describeSchema(client: Client): Promise<string> {
  const tables = await client.query<Table>(
    `select c.oid::int, c.relname as name, c.reloptions as options
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all($1)
     order by c.relname collate "C"`,
    [leftOut],
  );
  const parts: string[] = [];
  for (const table of tables.rows) parts.push(await describeTable(client, table));
  parts.push(...(await foreignKeys(client)), ...(await otherObjects(client)));
  return `${head}\n${parts.join('\n\n')}\n`;
}

async function describeTable(client: Client, table: Table): Promise<string> {
  const lines = [...(await columnsOf(client, table.oid)), ...(await constraintsOf(client, table.oid))];
  const options = table.options === null ? '' : ` with (${[...table.options].sort().join(', ')})`;
  const body = lines.map((line) => `  ${line}`).join(',\n');
  const indexes = await indexesOf(client, table.oid);
  return [`create table ${table.name} (\n${body}\n)${options};`, ...indexes].join('\n');
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly is_required: boolean;
  readonly generated: string;
  readonly identity: string;
  readonly expression: string | null;
}

async function columnsOf(client: Client, table: number): Promise<string[]> {
  const result = await client.query<ColumnRow>(
    `select quote_ident(a.attname) as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as is_required,
            a.attgenerated as generated, a.attidentity as identity, pg_get_expr(d.adbin, d.adrelid) as expression
     from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
     order by a.attnum`,
    [table],
  );
  return result.rows.map((column) => {
    const words = [column.name, column.type];
    if (column.is_required) words.push('not null');
    if (column.identity !== '')
      words.push(`generated ${column.identity === 'a' ? 'always' : 'by default'} as identity`);
    if (column.expression !== null) {
      words.push(column.generated === '' ? `default ${column.expression}` : generatedAs(column));
    }
    return words.join(' ');
  });
}

function generatedAs(column: ColumnRow): string {
  return `generated always as (${column.expression ?? ''}) ${column.generated === 's' ? 'stored' : 'virtual'}`;
}

/** Primary keys first, then by name. `not null` is shown with its column; foreign keys come after all tables. */
async function constraintsOf(client: Client, table: number): Promise<string[]> {
  const result = await client.query<{ line: string }>(
    `select format('constraint %I %s', conname, pg_get_constraintdef(oid)) as line
     from pg_constraint where conrelid = $1 and contype not in ('f', 'n', 't')
     order by contype <> 'p', conname collate "C"`,
    [table],
  );
  return result.rows.map(({ line }) => line);
}

async function indexesOf(client: Client, table: number): Promise<string[]> {
  const result = await client.query<{ line: string }>(
    `select pg_get_indexdef(i.indexrelid) as line
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = $1 and not exists (select from pg_constraint where conindid = i.indexrelid and contype <> 'f')
     order by c.relname collate "C"`,
    [table],
  );
  return result.rows.map(({ line }) => `${withoutSchema(line)};`);
}

async function foreignKeys(client: Client): Promise<string[]> {
  const result = await client.query<{ line: string }>(
    `select format('alter table %I add constraint %I %s;', c.relname, k.conname, pg_get_constraintdef(k.oid)) as line
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.conparentid = 0
     order by c.relname collate "C", k.conname collate "C"`,
  );
  return result.rows.length === 0 ? [] : [result.rows.map(({ line }) => line).join('\n')];
}

/** Views, functions and triggers. */
async function otherObjects(client: Client): Promise<string[]> {
  const result = await client.query<{ definition: string }>(
    `select definition from (
       select 1 as place, relname::text as name,
              format('create %s %I as %s', case relkind when 'v' then 'view' else 'materialized view' end, relname,
                     pg_get_viewdef(oid)) as definition
       from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
       union all
       select 2, proname::text || oidvectortypes(proargtypes), pg_get_functiondef(oid) || ';'
       from pg_proc where pronamespace = 'public'::regnamespace and prokind in ('f', 'p')
       union all
       select 3, c.relname::text || '.' || t.tgname::text, pg_get_triggerdef(t.oid) || ';'
       from pg_trigger t join pg_class c on c.oid = t.tgrelid
       where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
     ) o order by place, name collate "C"`,
  );
  return result.rows.map(({ definition }) => withoutSchema(definition));
}

function withoutSchema(definition: string): string {
  return definition.replaceAll(/\bpublic\./g, '');
}
