import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeSchema } from '../../scripts/describe-schema.ts';
import { type ClonedDatabase, cloneDatabase } from '../support/database.ts';

const file = fileURLToPath(new URL('../../schema.sql', import.meta.url));

let database: ClonedDatabase;
let client: Client;

beforeAll(async () => {
  database = await cloneDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('schema.sql', () => {
  it('shows the shape a freshly migrated database has', async () => {
    const committed = await readFile(file, 'utf8');
    expect(await describeSchema(client), 'schema.sql is out of date; run: node scripts/write-schema.ts').toBe(
      committed,
    );
  });

  it('makes that same shape in an empty database', async () => {
    await client.query('drop schema public cascade; create schema public');
    await client.query(await readFile(file, 'utf8'));
    expect(await describeSchema(client)).toBe(await readFile(file, 'utf8'));
  });

  it('does not miss a column, an index, a rule, a storage parameter, a view, a function or a trigger', async () => {
    const before = await describeSchema(client);
    for (const statement of [
      'alter table bot add column mood text',
      'create index bot_by_name on bot (name)',
      'alter table bot add constraint bot_name_check check (length(name) < 1000)',
      'alter table bot set (fillfactor = 55)',
      'alter table bot alter column problem set default 42',
      'create view quiet_bot as select code from bot',
      `create function one() returns int language sql as 'select 1'`,
      'create trigger bot_touch before update on bot for each row execute function suppress_redundant_updates_trigger()',
      'alter table inbox add foreign key (portal) references portal',
    ]) {
      await client.query('begin');
      await client.query(statement);
      expect(await describeSchema(client), statement).not.toBe(before);
      await client.query('rollback');
    }
  });
});
