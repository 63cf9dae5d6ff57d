/** How far the installation wizard has come in each portal, why a set-up failed, and what bots say while nobody answers for them. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table portal
      add column wizard_began_at timestamptz not null default now(),
      add column wizard_step text not null default 'rights'
        check (wizard_step in ('rights', 'bots', 'answers', 'line', 'message')),
      add column wizard_ended_at timestamptz,
      add column set_up_error_code text;
    alter table bot add column unanswered json;
  `);
  // Portals that worked before there was a wizard are not led through it.
  await knex.raw('update portal set wizard_ended_at = now() where set_up_at is not null');
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
