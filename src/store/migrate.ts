/**
 * Migrates a database to the newest schema. Refuses a server that is too old, a schema that is newer than this program, and a database
 * whose migrations were not the ones this program has: an applied migration never changes.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { Misconfigured } from '../core/errors.ts';
import { openDatabase } from './database.ts';

const folder = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Oldest server that has everything the statements use. */
const oldestServer = 14;

const migrations: Knex.MigratorConfig = {
  directory: folder,
  loadExtensions: ['.ts'],
  tableName: 'migration',
};

/**
 * Runs the missing migrations. Safe when none is missing, and when several processes call it at once.
 *
 * @param directory of the migrations; another one in tests
 */
export async function migrateToLatest(databaseUrl: string, directory: string = folder): Promise<void> {
  const db = openDatabase({ url: databaseUrl, poolSize: 2 });
  try {
    await refuseUnsuitable(db, directory);
    await db.migrate.latest({ ...migrations, directory });
    await storeChecksums(db, directory);
  } finally {
    await db.destroy();
  }
}

/** Throws Misconfigured `database.too_old`, `database.newer_schema` or `database.changed_migration` when this program must not touch the database. */
async function refuseUnsuitable(db: Knex, directory: string): Promise<void> {
  const version = await db.raw<{ rows: { server_version_num: string }[] }>('show server_version_num');
  const major = Math.floor(Number(version.rows[0]?.server_version_num ?? 0) / 10_000);
  if (major < oldestServer) {
    throw new Misconfigured({
      code: 'database.too_old',
      message: `The database server is PostgreSQL ${major}; version ${oldestServer} or later is needed.`,
    });
  }
  if (!(await db.schema.hasTable('migration'))) return;
  const unknown = await newerMigrations(db, directory);
  if (unknown.length > 0) {
    throw new Misconfigured({
      code: 'database.newer_schema',
      message: `The database was migrated by a newer version of this program (${unknown.join(', ')}). Start that version, or restore a backup.`,
    });
  }
  const changed = await changedMigrations(db, directory);
  if (changed.length > 0) {
    throw new Misconfigured({
      code: 'database.changed_migration',
      message: `The database was migrated by other versions of ${changed.join(', ')} than this program has. Restore these files as they were released; put a change of the schema into a new migration.`,
    });
  }
}

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

async function changedMigrations(db: Knex, directory: string): Promise<string[]> {
  if (!(await db.schema.hasColumn('migration', 'checksum'))) return [];
  const applied = await db.raw<{ rows: { name: string; checksum: string }[] }>(
    'select name, checksum from migration where checksum is not null order by id',
  );
  const changed: string[] = [];
  for (const { name, checksum } of applied.rows) {
    if ((await checksumOf(directory, name)) !== checksum) changed.push(name);
  }
  return changed;
}

async function newerMigrations(db: Knex, directory: string): Promise<string[]> {
  const known = new Set(await readdir(directory));
  const applied = await db.raw<{ rows: { name: string }[] }>('select name from migration order by id');
  return applied.rows.map((row) => row.name).filter((name) => !known.has(name));
}

/** True when every migration of this program has been applied and no other. */
export async function isSchemaCurrent(db: Knex): Promise<boolean> {
  const known = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const applied = await db.raw<{ rows: { name: string }[] }>('select name from migration');
  const names = new Set(applied.rows.map((row) => row.name));
  return names.size === known.length && known.every((name) => names.has(name));
}

/** True when any migration has been applied; false for a database without our tables. */
export async function hasSchema(db: Knex): Promise<boolean> {
  return await db.schema.hasTable('migration');
}
