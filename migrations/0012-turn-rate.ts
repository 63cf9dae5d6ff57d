/** How often question and answer have alternated in a conversation, and how often they may for a bot. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table conversation add column turns json;
    alter table bot add column turns_per_minute integer check (turns_per_minute between 0 and 600);
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
