/**
 * Retention finds old rows by trees. The block ranges that were used before forget nothing: once new rows have taken the place of deleted ones, every
 * range seems to hold old rows, and looking for them reads the whole table.
 *
 * They are on an expression that only retention uses. With a tree on the column itself, PostgreSQL reads all portals' rows, newest first, for a list of
 * one bot that has few.
 *
 * Nothing is stored while the trees are built: some seconds for a million rows. Building them beside that (`concurrently`) takes no transaction, and a
 * process that is killed meanwhile leaves half of them.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index inbox_by_age;
    create index inbox_by_age on inbox ((received_at at time zone 'UTC'));
    drop index outbox_by_age;
    create index outbox_by_age on outbox ((created_at at time zone 'UTC'));
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
