/** An applied migration never changes: the database remembers the checksum of each. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateToLatest } from '../../../src/store/migrate.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';

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

  it('is refused, with a sentence, by a program whose migration was changed afterwards', async () => {
    await change((text) => text.replace('installed_at timestamptz', 'installed_on timestamptz'));
    await expect(migrateToLatest(database.url, folder)).rejects.toMatchObject({
      code: 'database.changed_migration',
      message: expect.stringContaining(`other versions of ${first}`),
    });
    await change((text) => text);
    await migrateToLatest(database.url, folder);
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
});
