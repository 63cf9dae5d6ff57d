/** Several installations in one database, each in the schema that the search_path of its DATABASE_URL names. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isAppConnected } from '../../../src/store/backup/tables.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { hasSchema, isSchemaCurrent, migrateToLatest } from '../../../src/store/migrate.ts';
import { listenForWork, notifyFacts, notifyQueue } from '../../../src/store/queue/notify.ts';
import { lockWorker } from '../../../src/store/queue/workers.ts';
import { until } from '../../support/bridge.ts';
import { type ClonedDatabase, emptyDatabase } from '../../support/database.ts';

const suffix = randomBytes(4).toString('hex');
const schemas = { one: `cell_${suffix}_1`, two: `cell_${suffix}_2` };
let database: ClonedDatabase;
let admin: pg.Client;
let one: Pool;
let two: Pool;

function urlOf(searchPath: string | null, user?: string): string {
  const url = new URL(database.url);
  if (searchPath === null) url.searchParams.delete('options');
  else url.searchParams.set('options', `-c search_path=${searchPath}`);
  if (user !== undefined) Object.assign(url, { username: user, password: 'x' });
  return url.href;
}

beforeAll(async () => {
  database = await emptyDatabase();
  admin = new pg.Client({ connectionString: urlOf(null) });
  await admin.connect();
  for (const schema of Object.values(schemas)) await migrateToLatest(urlOf(schema));
  one = openDatabase({ url: urlOf(schemas.one), poolSize: 2 });
  two = openDatabase({ url: urlOf(schemas.two), poolSize: 2 });
});

afterAll(async () => {
  await Promise.all([one?.destroy(), two?.destroy()]);
  for (const schema of Object.values(schemas)) await admin.query(`drop schema if exists ${schema} cascade`);
  await admin.end();
  await database.drop();
});

describe('an installation in a schema of its own', () => {
  it('makes the schema and has all its tables in it', async () => {
    expect([await isSchemaCurrent(one), await isSchemaCurrent(two)]).toEqual([true, true]);
    const { rows } = await admin.query(
      `select schemaname from pg_tables where tablename = 'lane' and schemaname like $1 order by schemaname`,
      [`cell_${suffix}%`],
    );
    expect(rows.map((row) => row.schemaname)).toEqual(Object.values(schemas));
    await one.raw(
      `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash) values ('p', 'd', 'c', 's', '')`,
    );
    const counts = await Promise.all([one, two].map((db) => db('portal').count<{ count: string }[]>()));
    expect(counts.map(([row]) => Number(row?.count))).toEqual([1, 0]);
  });

  it('hears its own notifications and not those of its neighbour', async () => {
    const heard: string[] = [];
    const end = new AbortController();
    const listening = listenForWork(
      urlOf(schemas.one),
      { onWork: (queue) => heard.push(queue), onFacts: (id) => heard.push(id ?? 'listens') },
      end.signal,
    );
    await until(() => heard.length > 0);
    // Notifications of one database arrive in the order of their commits.
    await notifyQueue(two, 'inbox');
    await notifyFacts(two, 'of two');
    await notifyQueue(one, 'outbox');
    await notifyFacts(one, 'of one');
    await until(() => heard.includes('of one'));
    expect(heard).toEqual(['listens', 'outbox', 'of one']);
    end.abort();
    await listening;
  });

  it('knows whether its own app is connected, whatever its neighbour does', async () => {
    const worker = await lockWorker(urlOf(schemas.two), '00000000-0000-4000-8000-000000000001');
    onTestFinished(() => worker.release());
    const app = openDatabase({ url: urlOf(schemas.one), poolSize: 1 });
    onTestFinished(() => app.destroy());
    await app.raw('select 1');
    const command = openDatabase({ url: urlOf(schemas.one), poolSize: 1, applicationName: 'bot-bridge cli' });
    onTestFinished(() => command.destroy());
    await one.destroy();
    expect([await isAppConnected(command), await isAppConnected(two)]).toEqual([true, true]);
    await app.destroy();
    await until(async () => !(await isAppConnected(command)));
    expect(await isAppConnected(two)).toBe(true);
  });

  it('has the worker in it that locks itself with options of its own', async () => {
    const worker = await lockWorker(urlOf(schemas.two), '00000000-0000-4000-8000-000000000002');
    onTestFinished(() => worker.release());
    expect(await two('worker')).toMatchObject([{ id: '00000000-0000-4000-8000-000000000002' }]);
  });
});

describe('a search path', () => {
  it('that leads to the tables of a neighbour as well is refused, and nothing is made', async () => {
    const third = `cell_${suffix}_3`;
    await expect(migrateToLatest(urlOf(`${third},${schemas.one}`))).rejects.toMatchObject({
      code: 'database.schema',
      message: expect.stringContaining(schemas.one),
    });
    const { rows } = await admin.query('select to_regnamespace($1) is null as is_absent', [third]);
    expect(rows).toEqual([{ is_absent: true }]);
  });

  it('may name a schema in quotes', async () => {
    const odd = `"Cell ${suffix}?"`;
    onTestFinished(async () => {
      await admin.query(`drop schema if exists ${odd} cascade`);
    });
    const url = urlOf(odd.replaceAll(' ', '\\ '));
    await migrateToLatest(url);
    const db = openDatabase({ url, poolSize: 1 });
    onTestFinished(() => db.destroy());
    expect(await hasSchema(db)).toBe(true);
  });

  it('whose schema the user may not make is refused with the command that makes it', async () => {
    const user = `user_${suffix}`;
    await admin.query(`create role ${user} login password 'x'`);
    onTestFinished(async () => {
      await admin.query(`drop role ${user}`);
    });
    await expect(migrateToLatest(urlOf('cell_of_nobody', user))).rejects.toMatchObject({
      code: 'database.schema',
      message: expect.stringContaining('create schema cell_of_nobody authorization'),
    });
  });
});
