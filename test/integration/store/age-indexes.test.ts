/** Migration 0032: the trees of retention are made while events are stored, and anew if a process was killed while it made them. */
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { migrateToLatest } from '../../../src/store/migrate.ts';
import { until } from '../../support/bridge.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';
import { type DatabaseProbe, openProbe } from '../../support/database-probe.ts';

let database: ClonedDatabase;
let probe: DatabaseProbe;

beforeAll(async () => {
  database = await cloneDatabase();
  probe = openProbe(database.url);
});

afterAll(async () => {
  await probe?.close();
  await database?.drop();
});

async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client;
}

/** What storing does to the tables, without a row. */
const touch = 'delete from inbox where false; delete from outbox where false';

// On Citus the locks are those of a worker; test/citus/distribute.test.ts runs the migration there.
it.skipIf(inject('isCitus'))(
  'makes the trees beside the storing of events, also where an earlier try left half of one',
  async () => {
    const storing = await session();
    const other = await session();
    try {
      // As the version before leaves it, with an index that is not finished.
      await probe.rows("delete from migration where name = '0032-age-indexes.ts'");
      await probe.rows("update pg_index set indisvalid = false where indexrelid = 'inbox_by_age'::regclass");
      await probe.rows('drop index outbox_by_age');
      await probe.rows('create index outbox_by_age on outbox using brin (created_at)');
      await storing.query(`begin; ${touch}`);
      const migrating = migrateToLatest(database.url);
      const waiting = `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%by_age%'
                     and datname = current_database()`;
      await until(async () => (await probe.count(waiting)) > 0);
      await other.query(`set lock_timeout = '5s'; ${touch}`);
      await storing.query('commit');
      await migrating;
      const made =
        await probe.rows(`select indexrelid::regclass::text as name, indisvalid as "isValid", am.amname as kind
      from pg_index join pg_class on pg_class.oid = indexrelid join pg_am am on am.oid = relam
      where relname in ('inbox_by_age', 'outbox_by_age') order by 1`);
      expect(made).toEqual([
        { name: 'inbox_by_age', isValid: true, kind: 'btree' },
        { name: 'outbox_by_age', isValid: true, kind: 'btree' },
      ]);
    } finally {
      await storing.end();
      await other.end();
    }
  },
);
