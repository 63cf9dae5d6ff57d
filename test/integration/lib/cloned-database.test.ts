import pg from 'pg';
import { expect, it } from 'vitest';
import { cloneDatabase } from '../../support/database.ts';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

it('gives each caller a migrated database of its own and removes it, whoever is connected', async () => {
  const [one, two] = await Promise.all([cloneDatabase(), cloneDatabase()]);
  const migrations = await query(one.url, 'select name from migration order by id');
  expect(migrations[0]).toEqual({ name: '0001-foundation.ts' });
  await query(one.url, 'create table only_here ()');
  await expect(query(two.url, 'select from only_here')).rejects.toMatchObject({ code: '42P01' });

  const guest = new pg.Client({ connectionString: one.url });
  const brokenOff = new Promise((resolve) => guest.on('error', resolve));
  await guest.connect();
  await one.drop();
  await two.drop();
  await expect(brokenOff).resolves.toBeInstanceOf(Error);
  await guest.end();
  await expect(query(one.url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
});
