/** Messages that wait to be handed to a brain together, and the settings of a bot that overrides how long they do. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table conversation
      add column burst json,
      add column burst_timer_at timestamptz;
    alter table bot add column burst_ms integer check (burst_ms between 0 and 60000);
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
