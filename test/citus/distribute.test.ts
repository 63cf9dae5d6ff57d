/** The command that makes the schema of an installation a distributed one, on a real cluster. */
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { distributeSchema, findPlacement } from '../../src/store/citus.ts';
import { openDatabase, type Pool } from '../../src/store/database.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { type Ran, runCli } from '../integration/cli/run-cli.ts';
import { emptyDatabase } from '../support/database.ts';

interface Distributed {
  readonly schema: string;
  readonly distributed: readonly string[];
  readonly others: readonly string[];
  readonly nodes: readonly string[];
  readonly wasDistributed: boolean;
}

async function newSchema(): Promise<string> {
  const schema = await emptyDatabase();
  onTestFinished(() => schema.drop());
  return schema.url;
}

function connect(url: string, applicationName?: string): Pool {
  const db = openDatabase({ url, poolSize: 2, ...(applicationName === undefined ? {} : { applicationName }) });
  onTestFinished(() => db.destroy());
  return db;
}

const distribute = (url: string | undefined): Promise<Ran> =>
  runCli({ ...(url === undefined ? {} : { DATABASE_URL: url }), APP_SECRET: randomBytes(32).toString('base64') }, [
    'database',
    'distribute',
    '--json',
  ]);

describe('database distribute', () => {
  it('makes the tables of a new schema and distributes all of them; repeated, it only checks', async () => {
    const url = await newSchema();
    const first = await distribute(url);
    expect(first).toMatchObject({ code: 0, err: '' });
    const made = first.json<Distributed>();
    expect(made).toMatchObject({ others: [], wasDistributed: false });
    expect(made.distributed).toEqual(expect.arrayContaining(['inbox', 'outbox', 'lane', 'portal', 'migration']));
    expect(made.nodes).toHaveLength(1);
    const again = await distribute(url);
    expect(again.code).toBe(0);
    expect(again.json<Distributed>()).toEqual({ ...made, wasDistributed: true });
  });

  it('brings along the rows that are there', async () => {
    const url = await newSchema();
    await migrateToLatest(url);
    const db = connect(url, 'bot-bridge cli');
    await db.raw(
      `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash)
       select n::text, 'd', 'c', 's', '' from generate_series(1, 500) n`,
    );
    expect(await distribute(url)).toMatchObject({ code: 0 });
    const counted = await db('portal').count<{ count: string }[]>();
    expect(Number(counted[0]?.count)).toBe(500);
    expect((await findPlacement(db)).others).toEqual([]);
  });

  it('is refused while the app is connected, and for the schema public', async () => {
    const url = await newSchema();
    await migrateToLatest(url);
    const app = connect(url);
    await app.raw('select 1');
    expect((await distribute(url)).out).toContain('the app is running on this database');
    const publicUrl = new URL(inject('databaseAdminUrl'));
    publicUrl.searchParams.set('options', '-c search_path=public');
    expect((await distribute(publicUrl.href)).out).toContain('Citus distributes no schema');
    const made = await connect(publicUrl.href).raw<{ rows: unknown[] }>(
      `select 1 where to_regclass('public.lane') is not null`,
    );
    expect(made.rows).toEqual([]);
    expect((await distribute(undefined)).out).toContain('DATABASE_URL is not set');
  });
});

describe('a distributed schema', () => {
  it('is migrated further: new tables and columns become part of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bridge-migrations-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cp(fileURLToPath(new URL('../../migrations/', import.meta.url)), folder, { recursive: true });
    const url = await newSchema();
    await migrateToLatest(url, folder);
    const db = connect(url);
    await distributeSchema(db);
    // As a version left it that did not have this one, which makes indexes outside of a transaction.
    await db('migration').where({ name: '0032-age-indexes.ts' }).delete();
    await migrateToLatest(url, folder);
    await writeFile(
      join(folder, '9999-later.ts'),
      `export async function up(knex) {
         await knex.raw('create table later (portal text primary key references portal on delete cascade, n integer not null)');
         await knex.raw('alter table lane add column later text');
         await knex.raw('create index lane_later on lane (portal, later)');
       }
       export async function down() {}`,
    );
    await migrateToLatest(url, folder);
    await db.raw(`update lane set later = 'x'`);
    expect((await db('migration').where({ name: '9999-later.ts' })).length).toBe(1);
    const { distributed, others } = await findPlacement(db);
    expect({ has: distributed.includes('later'), others }).toEqual({ has: true, others: [] });
  });
});
