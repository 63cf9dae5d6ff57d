/** What the customer of an Open Channel can answer with a number. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table conversation add column choices jsonb');
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
