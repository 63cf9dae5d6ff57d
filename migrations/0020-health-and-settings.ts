/** Figures by the hour for the charts, the settings of a portal, and the log of its REST calls. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table hourly_count (
      portal text not null references portal on delete cascade,
      hour timestamptz not null,
      bot_code text not null,
      brain text not null,
      kind text not null check (kind in ('event', 'answer', 'call')),
      name text not null,
      count integer not null,
      primary key (portal, hour, bot_code, brain, kind, name)
    ) with (fillfactor = 80);
    create index hourly_count_by_hour on hourly_count (hour);
    create table answers_counted (is_one boolean primary key default true check (is_one), until timestamptz not null);
    insert into answers_counted (until) values (now());

    alter table portal add column retention_days integer check (retention_days > 0);
    alter table portal add column trouble_readers json not null default '[]';
    alter table portal add column trouble_told json;
    alter table portal add column has_rest_log boolean not null default false;
    create index portal_with_rest_log on portal (portal) where has_rest_log;

    create table rest_log (
      portal text not null references portal on delete cascade,
      id bigint generated always as identity,
      at timestamptz not null,
      method text not null,
      code text not null,
      ms integer not null,
      is_in_batch boolean not null,
      request text not null,
      answer text not null,
      primary key (portal, id)
    );
    create index rest_log_by_age on rest_log (at);
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
