/**
 * What the list of conversations shows and looks for. `active_at` is cut to the minute, so that of the many changes of a conversation only one
 * in a minute touches an index.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table conversation
      add column title text not null default '',
      add column person text not null default '',
      add column line_id text,
      add column found_by text not null default '',
      add column active_at timestamptz not null default date_trunc('minute', now());
    update conversation set active_at = date_trunc('minute', updated_at), found_by = lower(dialog_id);
    create index conversation_by_activity on conversation (portal, active_at, bot_code, dialog_id);
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
