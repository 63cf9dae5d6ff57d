/** What a portal says about the app when it is asked: a portal that sends no events does not say so by itself. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table portal
      add column app_state text not null default 'working'
        check (app_state in ('working', 'not_finished', 'payment_expired')),
      add column app_checked_at timestamptz;
    create index portal_app_check on portal (app_checked_at nulls first) where state = 'installed';
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
