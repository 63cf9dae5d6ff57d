/** Until when posted events of a portal wait for those that it kept for polling (decision 0041). */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table portal add column posted_held_until timestamptz;
    create index portal_with_held_events on portal (portal) where posted_held_until is not null;
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
