/** An applied migration never changes: the database remembers the checksum of each. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateToLatest } from '../../../src/store/migrate.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';
import { openProbe } from '../../support/database-probe.ts';

const released = fileURLToPath(new URL('../../../migrations/', import.meta.url));

let database: ClonedDatabase;
let folder = '';
let first = '';

beforeAll(async () => {
  database = await cloneDatabase();
  // Beside the repository's own, so that what a migration imports is found.
  folder = await mkdtemp(join(tmpdir(), 'bridge-migrations-'));
  await cp(released, folder, { recursive: true });
  first = (await readdir(folder)).toSorted()[0] ?? '';
});

afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const change = async (edit: (text: string) => string): Promise<void> => {
  const text = await readFile(join(released, first), 'utf8');
  await writeFile(join(folder, first), edit(text));
};

describe('a migrated database', () => {
  it('is taken again by the same program, whatever the line endings of its files', async () => {
    await migrateToLatest(database.url, folder);
    await change((text) => text.replaceAll('\n', '\r\n'));
    await expect(migrateToLatest(database.url, folder)).resolves.toBeUndefined();
  });

  it('is taken although a process that was migrating ended before it took its lock back', async () => {
    const admin = openProbe(database.url);
    try {
      await admin.rows('update migration_lock set is_locked = 1');
      await expect(migrateToLatest(database.url, folder)).resolves.toBeUndefined();
    } finally {
      await admin.rows('update migration_lock set is_locked = 0');
      await admin.close();
    }
  });

  it('is refused, with a sentence, by a program whose migration was changed afterwards', async () => {
    await change((text) => text.replace('installed_at timestamptz', 'installed_on timestamptz'));
    await expect(migrateToLatest(database.url, folder)).rejects.toMatchObject({
      code: 'database.changed_migration',
      message: expect.stringContaining(`other versions of ${first}`),
    });
    await change((text) => text);
    await migrateToLatest(database.url, folder);
  });

  it('is migrated once by processes that start together, also outside of a transaction', async () => {
    const name = '9997-counts-its-runs.ts';
    const other = await cloneDatabase();
    const probe = openProbe(other.url);
    try {
      await probe.rows('create table run (id int generated always as identity)');
      await writeFile(
        join(folder, name),
        `export const config = { transaction: false };
         export const up = async (knex) => {
           await knex.raw('insert into run default values');
           await knex.raw('select pg_sleep(0.3)');
         };
         export const down = () => Promise.reject(new Error("no"));\n`,
      );
      await Promise.all([1, 2, 3].map(() => migrateToLatest(other.url, folder)));
      expect(await probe.count('select count(*) from run')).toBe(1);
      // A process that was killed meanwhile has left the lock of knex behind.
      await probe.rows(`delete from migration where name = '${name}'`);
      await probe.rows('update migration_lock set is_locked = 1');
      await migrateToLatest(other.url, folder);
      expect(await probe.count('select count(*) from run')).toBe(2);
    } finally {
      await rm(join(folder, name));
      await probe.close();
      await other.drop();
    }
  });

  it('is refused by an older program', async () => {
    await writeFile(
      join(folder, '9999-newer.ts'),
      'export const up = (knex) => knex.raw("create table newer (id int)");\nexport const down = () => Promise.reject(new Error("no"));\n',
    );
    await migrateToLatest(database.url, folder);
    await rm(join(folder, '9999-newer.ts'));
    await expect(migrateToLatest(database.url, folder)).rejects.toMatchObject({ code: 'database.newer_schema' });
  });

  it('gives a migration as long as it takes: an index of a large table takes minutes', async () => {
    const name = '9998-asks-how-long.ts';
    const limited = `select 1 / case when current_setting('statement_timeout') = '0' then 1 else 0 end`;
    const other = await cloneDatabase();
    try {
      await writeFile(
        join(folder, name),
        `export const up = (knex) => knex.raw("${limited}");\nexport const down = () => Promise.reject(new Error("no"));\n`,
      );
      await expect(migrateToLatest(other.url, folder)).resolves.toBeUndefined();
    } finally {
      await rm(join(folder, name));
      await other.drop();
    }
  });
});
