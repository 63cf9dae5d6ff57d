/** Requests that brains want to be sent later. They end with their bot. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table follow_up (
      portal text not null,
      bot_code text not null,
      dialog_id text not null,
      id text not null check (length(id) between 1 and 200),
      name text not null,
      params json not null,
      due_at timestamptz not null,
      token uuid not null default gen_random_uuid(),
      trace text not null,
      created_at timestamptz not null default now(),
      primary key (portal, bot_code, dialog_id, id),
      foreign key (portal, bot_code) references bot (portal, code) on delete cascade
    );
    create index follow_up_by_due on follow_up (due_at);
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
