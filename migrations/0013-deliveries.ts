/** The page of a connection lists what was lately sent to its brain: without an index, all that a portal has in the outbox is read for it. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`create index outbox_deliveries on outbox (portal, created_at) where target = 'brain'`);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
