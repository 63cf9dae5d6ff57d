/**
 * Retention finds old rows by trees. The block ranges that were used before forget nothing: once new rows have taken the place of deleted ones, every
 * range seems to hold old rows, and looking for them reads the whole table.
 *
 * They are on an expression that only retention uses. With a tree on the column itself, PostgreSQL reads all portals' rows, newest first, for a list of
 * one bot that has few.
 *
 * They are built beside the work (`concurrently`), because events are stored meanwhile by the processes of the version before. That takes no
 * transaction, and a process that is killed leaves an index that is not valid, which the next one replaces.
 */
import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  await knex.raw('drop index concurrently if exists inbox_by_age');
  await knex.raw(`create index concurrently inbox_by_age on inbox ((received_at at time zone 'UTC'))`);
  await knex.raw('drop index concurrently if exists outbox_by_age');
  await knex.raw(`create index concurrently outbox_by_age on outbox ((created_at at time zone 'UTC'))`);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
