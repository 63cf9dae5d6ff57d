/** A bot may speak another language than its portal. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table bot add column language text');
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
