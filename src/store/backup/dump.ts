/** Reads all tables as of one moment, row by row, for a backup. */
import { inSnapshot, type Pool, query, type Transaction } from '../database.ts';
import { type AppliedMigration, listApplied } from '../migrate.ts';
import { countSealedByKey } from '../sealed-columns.ts';
import { isAppConnected, listTables, quoted, type StoredTable } from './tables.ts';

/** What a backup says of itself. */
export interface DumpFacts {
  /** The moment whose state it holds. */
  readonly madeAt: Date;
  readonly migrations: readonly AppliedMigration[];
  /** Ids of the keys that sealed its secrets. */
  readonly keyIds: readonly string[];
  /** Processes of the app were connected to the database then. */
  readonly isAppRunning: boolean;
}

export interface DumpSink {
  begin(facts: DumpFacts): Promise<void>;
  table(table: StoredTable): Promise<void>;
  /** Rows of that table, each a JSON object without line breaks. */
  rows(rows: readonly string[]): Promise<void>;
}

/** A row may hold a body of 4 MB, which takes 8 MB here: this many rows fit into memory whatever they hold. */
const rowsAtOnce = 32;

/** Returns how many rows each table had. Waits for the sink, so that a slow disk does not fill the memory. */
export async function dumpTables(db: Pool, sink: DumpSink): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  await inSnapshot(db, async (trx) => {
    // Vacuum and statements of the app go on meanwhile; only a change of the schema would wait.
    await sink.begin(await readFacts(trx));
    for (const table of await listTables(trx)) {
      await sink.table(table);
      counts[table.name] = await dumpTable(trx, table, sink);
    }
  });
  return counts;
}

async function readFacts(trx: Transaction): Promise<DumpFacts> {
  const moment = await query<{ at: Date }>(trx, 'select now() as at');
  return {
    madeAt: moment.rows[0]?.at ?? new Date(),
    migrations: await listApplied(trx),
    keyIds: [...(await countSealedByKey(trx)).keys()],
    isAppRunning: await isAppConnected(trx),
  };
}

async function dumpTable(trx: Transaction, { name, columns }: StoredTable, sink: DumpSink): Promise<number> {
  const list = columns.map(quoted).join(', ');
  await query(
    trx,
    `declare backup_rows no scroll cursor for select to_json(r)::text as row from (select ${list} from ${quoted(name)}) r`,
  );
  let count = 0;
  for (;;) {
    const { rows } = await query<{ row: string }>(trx, `fetch ${rowsAtOnce} from backup_rows`);
    if (rows.length === 0) break;
    count += rows.length;
    // Line breaks can occur only between the tokens of a value stored as JSON: within texts they are escaped.
    await sink.rows(rows.map(({ row }) => row.replaceAll(/[\r\n]+/g, ' ')));
  }
  await query(trx, 'close backup_rows');
  return count;
}
