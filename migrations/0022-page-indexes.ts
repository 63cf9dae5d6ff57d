/** What the pages list: what was not delivered with its dialogs, and the conversations of an Open Channel. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index outbox_dead_letters;
    create index outbox_dead_letters on outbox (portal, created_at) include (bot_code, dialog_id)
      where state in ('dead_letter', 'unknown');
    create index conversation_by_line on conversation (portal, line_id, active_at) where line_id is not null;
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
