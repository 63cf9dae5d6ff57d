/**
 * Migrates a database to the newest schema. Refuses a server that is too old, a schema that is newer than this program, and a database
 * whose migrations were not the ones this program has: an applied migration never changes.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Knex } from 'knex';
import { Misconfigured } from '../core/errors.ts';
import { openDatabase } from './database.ts';
import { inTurnToMigrate } from './migration-turn.ts';
import { createOwnSchema } from './own-schema.ts';

const folder = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Oldest server that has everything the statements use. */
const oldestServer = 14;

const tableName = 'migration';

const migrations: Knex.MigratorConfig = {
  directory: folder,
  loadExtensions: ['.ts'],
  tableName,
};

/**
 * Runs the missing migrations. Safe when none is missing, and when several processes call it at once.
 *
 * @param directory of the migrations; another one in tests
 */
export async function migrateToLatest(databaseUrl: string, directory: string = folder): Promise<void> {
  // An index of a large table takes minutes, and so does waiting for another process that makes it.
  const db = openDatabase({ url: databaseUrl, poolSize: 2, statementTimeoutMs: 0 });
  try {
    await refuseOldServer(db);
    await createOwnSchema(db);
    // A database that lacks nothing is not given to knex, which would look through the catalog and write its lock at each start.
    if (await isMigrated(db, directory)) return;
    await inTurnToMigrate(databaseUrl, async () => {
      // Another process may have done it meanwhile, or been killed while it did.
      if (await isMigrated(db, directory)) return;
      await db.migrate.forceFreeMigrationsLock(migrations);
      await db.migrate.latest({ ...migrations, directory });
      await storeChecksums(db, directory);
    });
  } finally {
    await db.destroy();
  }
}

/** True when the database has all migrations of this program. Throws Misconfigured when this program must not touch it. */
async function isMigrated(db: Knex, directory: string): Promise<boolean> {
  const applied = await readApplied(db);
  const own = await readOwn(directory);
  refuseOthers(applied, own);
  return applied.length === own.size && applied.every(({ name, checksum }) => checksum === own.get(name));
}

/** Throws Misconfigured `database.too_old`. */
async function refuseOldServer(db: Knex): Promise<void> {
  const version = await db.raw<{ rows: { server_version_num: string }[] }>('show server_version_num');
  const major = Math.floor(Number(version.rows[0]?.server_version_num ?? 0) / 10_000);
  if (major >= oldestServer) return;
  throw new Misconfigured({
    code: 'database.too_old',
    message: `The database server is PostgreSQL ${major}; version ${oldestServer} or later is needed.`,
  });
}

/** The migrations a database has, in their order; the checksum is null where none has been stored yet. Empty without our tables. */
async function readApplied(db: Knex): Promise<readonly { readonly name: string; readonly checksum: string | null }[]> {
  if (!(await hasSchema(db))) return [];
  // As JSON, because the column is missing until checksums are stored for the first time.
  const applied = await db.raw<{ rows: { name: string; checksum: string | null }[] }>(
    `select name, to_jsonb(migration) ->> 'checksum' as checksum from migration order by id`,
  );
  return applied.rows;
}

/** The migrations this program has, by name, with their checksums. */
async function readOwn(directory: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.ts'));
  return new Map(await Promise.all(names.map(async (name) => [name, await checksumOf(directory, name)] as const)));
}

/** Throws Misconfigured `database.newer_schema` or `database.changed_migration` when this program must not touch the database. */
function refuseOthers(
  applied: Awaited<ReturnType<typeof readApplied>>,
  own: Awaited<ReturnType<typeof readOwn>>,
): void {
  const unknown = applied.filter(({ name }) => !own.has(name));
  if (unknown.length > 0) {
    throw new Misconfigured({
      code: 'database.newer_schema',
      message: `The database was migrated by a newer version of this program (${namesOf(unknown)}). Start that version, or restore a backup.`,
    });
  }
  const changed = applied.filter(({ name, checksum }) => checksum !== null && checksum !== own.get(name));
  if (changed.length > 0) {
    throw new Misconfigured({
      code: 'database.changed_migration',
      message: `The database was migrated by other versions of ${namesOf(changed)} than this program has. Restore these files as they were released; put a change of the schema into a new migration.`,
    });
  }
}

const namesOf = (migrated: readonly { readonly name: string }[]): string => migrated.map(({ name }) => name).join(', ');

/** SHA-256 of a migration's text; the line endings of the checkout do not matter. */
async function checksumOf(directory: string, name: string): Promise<string> {
  const text = await readFile(join(directory, name), 'utf8');
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
}

/** Knex's own table has one row per applied migration; the checksum stands beside it. */
async function storeChecksums(db: Knex, directory: string): Promise<void> {
  if (!(await db.schema.hasColumn('migration', 'checksum'))) {
    await db.raw('alter table migration add column if not exists checksum text');
  }
  const unmarked = await db.raw<{ rows: { name: string }[] }>('select name from migration where checksum is null');
  for (const { name } of unmarked.rows) {
    await db.raw('update migration set checksum = ? where name = ? and checksum is null', [
      await checksumOf(directory, name),
      name,
    ]);
  }
}

/** A migration that a database has, and the SHA-256 of its text. */
export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

/** All applied migrations in their order; none in a database without our tables. */
export async function listApplied(db: Knex): Promise<readonly AppliedMigration[]> {
  if (!(await hasSchema(db))) return [];
  const applied = await db.raw<{ rows: AppliedMigration[] }>('select name, checksum from migration order by name');
  return applied.rows;
}

/** Of the migrations that another database has: those this program does not know, and those it knows with another text. */
export async function compareMigrations(
  theirs: readonly AppliedMigration[],
): Promise<{ readonly unknown: readonly string[]; readonly changed: readonly string[] }> {
  const known = new Set(await readdir(folder));
  const unknown: string[] = [];
  const changed: string[] = [];
  for (const { name, checksum } of theirs) {
    if (!known.has(name)) unknown.push(name);
    else if ((await checksumOf(folder, name)) !== checksum) changed.push(name);
  }
  return { unknown, changed };
}

/** Gives an empty database the tables of an earlier version: exactly these migrations are run, which this program has to know. */
export async function migrateExactly(databaseUrl: string, names: readonly string[]): Promise<void> {
  const db = openDatabase({ url: databaseUrl, poolSize: 2, applicationName: 'bot-bridge cli' });
  try {
    await createOwnSchema(db);
    const migrationSource: Knex.MigrationSource<string> = {
      getMigrations: () => Promise.resolve(names.toSorted()),
      getMigrationName: (name) => name,
      getMigration: (name) => import(pathToFileURL(join(folder, name)).href) as Promise<Knex.Migration>,
    };
    await db.migrate.latest({ tableName, migrationSource });
    await storeChecksums(db, folder);
  } finally {
    await db.destroy();
  }
}

/** True when every migration of this program has been applied and no other. */
export async function isSchemaCurrent(db: Knex): Promise<boolean> {
  const known = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const applied = await db.raw<{ rows: { name: string }[] }>('select name from migration');
  const names = new Set(applied.rows.map((row) => row.name));
  return names.size === known.length && known.every((name) => names.has(name));
}

/**
 * True when every migration of this program has been applied, even if later ones have been too: a newer version that is about to replace this
 * one may have migrated already, and its migrations let the version before it go on.
 */
export async function hasOwnMigrations(db: Knex): Promise<boolean> {
  const known = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const applied = await db.raw<{ rows: { name: string }[] }>('select name from migration');
  const names = new Set(applied.rows.map((row) => row.name));
  return known.every((name) => names.has(name));
}

/** True when any migration has been applied; false for a database without our tables. */
export async function hasSchema(db: Knex): Promise<boolean> {
  const result = await db.raw<{ rows: { has: boolean }[] }>(`select to_regclass('migration') is not null as has`);
  return result.rows[0]?.has ?? false;
}
