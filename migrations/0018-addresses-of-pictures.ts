/** The pictures of bots are found by what tells them apart, because remotes are told public addresses of them. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index bot_picture_id on bot (picture_id) where picture_id is not null');
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
