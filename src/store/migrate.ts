/** Brings a database to the newest shape, and refuses one that is too old or newer than this program. */
import { readdir } from 'node:fs/promises';
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

/** Runs what is missing; harmless when nothing is, and when several processes do it at once. */
export async function migrateToLatest(databaseUrl: string): Promise<void> {
  const db = openDatabase({ url: databaseUrl, poolSize: 2 });
  try {
    await refuseUnsuitable(db);
    await db.migrate.latest(migrations);
  } finally {
    await db.destroy();
  }
}

/** Throws Misconfigured when this program must not touch the database: `database.too_old` or `database.newer_schema`. */
async function refuseUnsuitable(db: Knex): Promise<void> {
  const version = await db.raw<{ rows: { server_version_num: string }[] }>('show server_version_num');
  const major = Math.floor(Number(version.rows[0]?.server_version_num ?? 0) / 10_000);
  if (major < oldestServer) {
    throw new Misconfigured({
      code: 'database.too_old',
      message: `The database server is PostgreSQL ${major}; version ${oldestServer} or later is needed.`,
    });
  }
  const unknown = await newerMigrations(db);
  if (unknown.length > 0) {
    throw new Misconfigured({
      code: 'database.newer_schema',
      message: `The database was migrated by a newer version of this program (${unknown.join(', ')}). Start that version, or restore a backup.`,
    });
  }
}

async function newerMigrations(db: Knex): Promise<string[]> {
  if (!(await db.schema.hasTable('migration'))) return [];
  const known = new Set(await readdir(folder));
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
