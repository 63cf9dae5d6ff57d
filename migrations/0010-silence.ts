/** Since when a customer waits for the brain, and after how long a bot calls people. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table conversation
      add column waiting_since timestamptz,
      add column silence_timer_at timestamptz;
    alter table bot add column call_person_minutes integer check (call_person_minutes > 0);
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
