/** Which event API a portal runs, who polls it, the portal's own id where nobody names it at first, and bots of type personal. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table portal
      add column member_id text,
      add column event_api text check (event_api in ('v1-webhook', 'v2-webhook', 'v2-fetch')),
      add column event_api_wanted text check (event_api_wanted in ('v1-webhook', 'v2-webhook', 'v2-fetch', 'auto'));
    -- Portals that were set up before this migration get their events through the first API.
    update portal set event_api = 'v1-webhook' where set_up_at is not null;

    alter table bot
      drop constraint bot_type_check,
      add constraint bot_type_check check (type in ('B', 'O', 'S', 'P'));

    create table event_poll (
      portal text primary key references portal on delete cascade,
      polled_until timestamptz not null default 'infinity',
      leased_by text,
      leased_until timestamptz
    );
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
