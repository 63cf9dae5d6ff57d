/** Who besides administrators may read the pages of a portal, and what people changed in it. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table portal add column readers json not null default '"nobody"';
    create table audit_entries (
      portal text not null references portal on delete cascade,
      id bigint generated always as identity,
      at timestamptz not null default now(),
      user_id text,
      user_name text,
      action text not null,
      subject text not null,
      details jsonb not null,
      primary key (portal, id)
    );
    create index audit_entries_at on audit_entries (at);
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
