/** The first shape of the database. Every primary key starts with the portal, so that rows can be spread by it. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table portal (
      portal text primary key,
      domain text not null,
      client_endpoint text not null,
      server_endpoint text not null,
      application_token_hash bytea not null,
      state text not null default 'installed'
        check (state in ('installed', 'uninstalled', 'disconnected', 'suspended')),
      scope text not null default '',
      license text not null default '',
      app_ref text,
      language text not null default 'en',
      has_imbot_v2 boolean,
      rate_per_second real,
      rate_burst real,
      installed_at timestamptz not null default now(),
      set_up_at timestamptz,
      set_up_error text,
      uninstalled_at timestamptz,
      updated_at timestamptz not null default now()
    );

    create table portal_token (
      portal text primary key references portal on delete cascade,
      access_sealed bytea not null,
      refresh_sealed bytea not null,
      expires_at timestamptz not null,
      user_id text not null,
      is_admin boolean not null,
      refreshed_at timestamptz not null default now(),
      refreshing_by uuid,
      refreshing_until timestamptz,
      refresh_lost_at timestamptz,
      backoff_until timestamptz,
      backoff_code text
    );

    create table connection (
      portal text not null references portal on delete cascade,
      id uuid not null,
      brain text not null,
      title text not null,
      config_sealed bytea not null,
      webhook_secret_hash bytea not null,
      webhook_secret_sealed bytea not null,
      cursor text,
      listening_by text,
      listening_until timestamptz,
      disabled_reason text,
      health_check_at timestamptz default now() + interval '1 hour',
      health_checked_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (portal, id)
    );
    create index connection_by_webhook on connection (webhook_secret_hash);
    create index connection_by_id on connection (id);
    create index connection_due on connection (health_check_at) where health_check_at is not null;

    create table connect_code (
      portal text not null references portal on delete cascade,
      code_hash bytea not null,
      brain text not null,
      expires_at timestamptz not null,
      primary key (portal, code_hash)
    );
    create index connect_code_by_hash on connect_code (code_hash);

    create table awaiting_connection (
      id uuid primary key,
      brain text not null,
      config_sealed bytea not null,
      created_at timestamptz not null default now()
    );

    create table bot (
      portal text not null references portal on delete cascade,
      code text not null,
      bot_id text,
      type text not null check (type in ('B', 'O', 'S')),
      name text not null,
      brain text not null,
      connection_id uuid,
      state text not null default 'wanted'
        check (state in ('wanted', 'registered', 'refused', 'deleted')),
      problem text,
      give_back_minutes integer check (give_back_minutes > 0),
      greeting json,
      greet_after_seconds integer not null default 3 check (greet_after_seconds between 0 and 600),
      synced json,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (portal, code),
      unique (portal, bot_id),
      foreign key (portal, connection_id) references connection (portal, id)
    );

    create table connector_state (
      portal text not null,
      connection_id uuid not null,
      key text not null check (length(key) <= 200),
      value json not null,
      expires_at timestamptz,
      updated_at timestamptz not null default now(),
      primary key (portal, connection_id, key),
      foreign key (portal, connection_id) references connection (portal, id) on delete cascade
    );
    create index connector_state_by_end on connector_state (expires_at) where expires_at is not null;

    create table conversation (
      portal text not null,
      bot_code text not null,
      dialog_id text not null,
      ref text not null,
      remote_id text,
      owner text not null check (owner in ('brain', 'person')),
      kind text not null check (kind in ('private', 'group', 'line')),
      session_id text,
      session_leader text not null default '',
      is_greeted boolean not null,
      language text not null,
      owned_since timestamptz,
      taken_at timestamptz,
      inactive_since timestamptz,
      has_inactivity_timer boolean not null default false,
      crm text not null default '',
      updated_at timestamptz not null default now(),
      primary key (portal, bot_code, dialog_id),
      unique (portal, ref)
    ) with (fillfactor = 80);
    create index conversation_by_remote on conversation (portal, remote_id) where remote_id is not null;

    create table lane (
      portal text not null,
      queue text not null check (queue in ('inbox', 'outbox')),
      key text not null,
      seq bigint not null,
      done bigint not null default 0,
      ready_at timestamptz not null,
      locked_by text,
      attempts integer not null default 0,
      throttled integer not null default 0,
      destination text not null generated always as (
        case when queue = 'inbox' then ''
             when key like '%>portal' then 'portal'
             when key like '%>brain' then split_part(key, '/', 1) || '>brain'
             when key like '%>later' or key like '%>greet' then 'later'
             else 'app' end
      ) stored,
      primary key (portal, queue, key),
      check (done <= seq)
    ) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
    create index lane_ready on lane (queue, ready_at) where ready_at < 'infinity';
    create index lane_by_destination on lane (queue, portal, destination, ready_at) where ready_at < 'infinity';

    create table worker (
      id uuid primary key,
      started_at timestamptz not null default now()
    );

    create table dedupe (
      portal text not null,
      key uuid not null,
      received_at timestamptz not null default now(),
      primary key (portal, key)
    );
    create index dedupe_by_age on dedupe using brin (received_at);

    create table inbox (
      portal text not null,
      lane text not null,
      seq bigint not null,
      source text not null,
      connection_id uuid,
      ingress text check (ingress in ('webhook', 'socket', 'catch_up')),
      trace text not null,
      subject text,
      body bytea not null,
      received_at timestamptz not null default now(),
      primary key (portal, lane, seq),
      check ((connection_id is null) = (ingress is null))
    );
    alter table inbox alter column body set storage external;
    create index inbox_by_age on inbox using brin (received_at);

    create table inbox_outcome (
      portal text not null,
      lane text not null,
      seq bigint not null,
      state text not null check (state in ('done', 'dead_letter', 'dropped')),
      outcome text not null,
      done_at timestamptz not null default now(),
      primary key (portal, lane, seq)
    );
    create index inbox_dead_letters on inbox_outcome (portal, done_at) where state = 'dead_letter';

    create view inbox_history as
      select e.*, coalesce(o.state, 'waiting') as state, o.outcome, o.done_at
      from inbox e left join inbox_outcome o using (portal, lane, seq);

    create table outbox (
      portal text not null,
      lane text not null,
      seq bigint not null,
      key uuid not null,
      target text not null check (target in ('portal', 'brain', 'app')),
      bot_code text,
      dialog_id text,
      trace text not null,
      action json not null,
      created_at timestamptz not null default now(),
      attempted_at timestamptz,
      done_at timestamptz,
      state text not null default 'waiting' check (state in ('waiting', 'done', 'dead_letter', 'unknown', 'dropped')),
      outcome text,
      remote_id text,
      primary key (portal, lane, seq)
    ) with (fillfactor = 80);
    create index outbox_dead_letters on outbox (portal, created_at) where state in ('dead_letter', 'unknown');
    create index outbox_by_age on outbox using brin (created_at);

    create table reported_failure (
      portal text not null,
      lane text not null,
      remote_id text not null,
      is_withdrawn boolean not null,
      reported_at timestamptz not null default now(),
      primary key (portal, lane, remote_id)
    );
    create index reported_failure_by_age on reported_failure using brin (reported_at);

    create table rate_limit (
      portal text not null,
      bucket text not null,
      level double precision not null,
      granted double precision not null,
      updated_at timestamptz not null,
      primary key (portal, bucket)
    ) with (fillfactor = 50);
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
