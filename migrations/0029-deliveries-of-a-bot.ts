/** The list of deliveries reads those of the connection's own bots only, and none that went to what a bot answered with before. */
import type { Knex } from 'knex';

/** The column comes last: while a large outbox is indexed, the former version goes on reading bots, without which it can take no event. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index outbox_deliveries_of_bot on outbox (portal, bot_code, created_at) where target = 'brain';
    drop index outbox_deliveries;
    alter index outbox_deliveries_of_bot rename to outbox_deliveries;
    alter table bot add column brain_since timestamptz;
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
