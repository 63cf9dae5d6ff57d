/** A migrated database for all tests of a file. */
import { afterAll, beforeAll } from 'vitest';
import { openDatabase, type Pool } from '../../src/store/database.ts';
import { type ClonedDatabase, cloneDatabase } from './database.ts';

/** Creates the database before the tests and calls `begin` with a pool; ends the pool and drops the database after them. */
export function useOwnDatabase(begin: (db: Pool, database: ClonedDatabase) => unknown): void {
  let database: ClonedDatabase | undefined;
  let db: Pool | undefined;
  beforeAll(async () => {
    database = await cloneDatabase();
    db = openDatabase({ url: database.url, poolSize: 4 });
    await begin(db, database);
  });
  afterAll(async () => {
    await db?.destroy();
    await database?.drop();
  });
}
