/** Connectors list their state by the beginning of its key. An index helps there only if it sorts by bytes, not by the rules of a language. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index connector_state_by_prefix on connector_state (portal, connection_id, key collate "C")');
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
