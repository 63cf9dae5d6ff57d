/** The PostgreSQL server of the bench: a real server in a temporary folder that flushes every commit to disk. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import type { Endings } from './endings.ts';

/** The settings of a small server. Checkpoints are far apart because each run begins right after one; all subjects use the same server. */
const flags = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  max_connections: '100',
};

export interface DatabaseServer {
  /** As the server names it: `18.4`. */
  readonly version: string;
  /** The address of a database in it. */
  url(name: string): string;
  /** Creates an empty database, or a copy of one without connections. Returns its address. */
  create(name: string, template?: string): Promise<string>;
  /** Creates a database with the app's schema. */
  createMigrated(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  /** Does what autovacuum would have done, and writes everything to disk. */
  settle(name: string): Promise<void>;
  /** Writes everything to disk now, so that no run pays for the one before it. */
  checkpoint(): Promise<void>;
  /** Rows of a statement in a database. */
  rows<Row extends pg.QueryResultRow>(name: string, statement: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Starts the server; `endings` stops it and deletes its folder. @param more settings beside the usual ones */
export async function startDatabaseServer(
  endings: Endings,
  more: Readonly<Record<string, string>> = {},
): Promise<DatabaseServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-bench-'));
  endings.add(() => rm(dataDir, { recursive: true, force: true }));
  // Under root the server runs as another user, who needs access.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir,
    password: 'bench',
    flags: { ...flags, ...more },
    // Dropping a database sometimes aborts a vacuum, which the server logs as fatal.
    log: createLogger({ level: 'error', name: 'bench' }),
  });
  endings.add(() => server.stop());

  async function rows<Row extends pg.QueryResultRow>(
    name: string,
    statement: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const client = new pg.Client({ connectionString: server.url(name) });
    await client.connect();
    try {
      return (await client.query<Row>(statement, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  const create = async (name: string, template?: string): Promise<string> => {
    await rows(
      'postgres',
      `create database ${name} ${template === undefined ? '' : `template ${template} strategy file_copy`}`,
    );
    return server.url(name);
  };
  const [shown] = await rows<{ server_version: string }>('postgres', 'show server_version');
  return {
    version: shown?.server_version ?? 'unknown',
    url: (name) => server.url(name),
    create,
    async createMigrated(name) {
      const url = await create(name);
      await migrateToLatest(url);
      return url;
    },
    async drop(name) {
      await rows('postgres', `drop database ${name} with (force)`);
    },
    async settle(name) {
      await rows(name, 'vacuum analyze');
      await rows(name, 'checkpoint');
    },
    async checkpoint() {
      await rows('postgres', 'checkpoint');
    },
    rows,
  };
}
