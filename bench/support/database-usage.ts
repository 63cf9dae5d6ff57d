/** What a database holds and what its server has done. Needs the extension `pg_stat_statements`. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseServer } from './database-server.ts';

/** Loads the extension; a server that does not have it does not start. */
export const statementFlags = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_planning': 'on',
};

export interface TableSize {
  readonly name: string;
  readonly rows: number;
  /** With indexes. */
  readonly megabytes: number;
}

/** Tables with rows, the largest first. */
export async function tableSizes(server: DatabaseServer, database: string): Promise<TableSize[]> {
  const tables = await server.rows<{ name: string; megabytes: number }>(
    database,
    `select relname as name, pg_total_relation_size(relid)::float8 / 1e6 as megabytes from pg_stat_user_tables
     order by 2 desc, 1`,
  );
  const sizes: TableSize[] = [];
  for (const { name, megabytes } of tables) {
    const [found] = await server.rows<{ count: string }>(database, `select count(*) from ${name}`);
    if (found?.count !== '0') sizes.push({ name, rows: Number(found?.count), megabytes });
  }
  return sizes;
}

export interface StatementUse {
  readonly query: string;
  readonly calls: number;
  /** Planning included. */
  readonly totalMs: number;
  readonly longestMs: number;
}

export async function resetStatements(server: DatabaseServer, database: string): Promise<void> {
  await server.rows(database, 'create extension if not exists pg_stat_statements');
  await server.rows(database, 'select pg_stat_statements_reset()');
}

/** All statements since the reset, the longest first. */
export async function statementUses(server: DatabaseServer, database: string): Promise<StatementUse[]> {
  return await server.rows<StatementUse & { readonly [column: string]: unknown }>(
    database,
    `select regexp_replace(left(query, 4000), '\\s+', ' ', 'g') as query, sum(calls)::float8 as calls,
       sum(total_exec_time + total_plan_time) as "totalMs", max(max_exec_time) as "longestMs"
     from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
     group by 1 order by 4 desc`,
  );
}

/** The statements by which a round of maintenance deletes, and by which the app looks for what is due. */
const maintenance =
  /^(with old as .*)?delete from |app_checked_at|refreshed_at <|answers_counted|trouble_readers|from inbox e join/;

export const isMaintenance = ({ query }: StatementUse): boolean => maintenance.test(query);

/** Counts the connections of clients at intervals; `stop` gives back the highest number. */
export function watchConnections(server: DatabaseServer, database: string): { stop(): Promise<number> } {
  let most = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const [row] = await server.rows<{ count: string }>(
        database,
        `select count(*) from pg_stat_activity
         where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      most = Math.max(most, Number(row?.count));
      await delay(2_000);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return most;
    },
  };
}
