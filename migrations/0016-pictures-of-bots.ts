/** The colour and the picture that an administrator gives a bot. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table bot add column color text, add column picture_id text;
    create table bot_picture (
      portal text not null,
      code text not null,
      image bytea not null,
      primary key (portal, code),
      foreign key (portal, code) references bot (portal, code) on delete cascade
    );
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
