/** The PostgreSQL of the bench: a real server in a temporary folder, every commit on the disk, beside the processes measured. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import type { Endings } from './endings.ts';

/**
 * What an operator would set on a small server. Checkpoints are far apart because each run begins right after one; everybody
 * measured has the same server.
 */
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
  /** Makes an empty database, or a copy of another one nobody is connected to. Gives its address. */
  create(name: string, template?: string): Promise<string>;
  /** Makes a database in the shape the app wants. */
  createMigrated(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  /** Puts a database into the state autovacuum would have brought it to, and everything written onto the disk. */
  settle(name: string): Promise<void>;
  /** Writes everything onto the disk now, so that no run pays for the one before it. */
  checkpoint(): Promise<void>;
  /** Rows of a statement in a database. */
  rows<Row extends pg.QueryResultRow>(name: string, statement: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Starts it; it ends with `endings`, and its folder goes with it. */
export async function startDatabaseServer(endings: Endings): Promise<DatabaseServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-bench-'));
  endings.add(() => rm(dataDir, { recursive: true, force: true }));
  // Under root the server runs as another user, who has to get through.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir,
    password: 'bench',
    flags,
    // Dropping a database breaks off a vacuum now and then, which the server calls fatal.
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
