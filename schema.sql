-- The database schema after all migrations, written by scripts/write-schema.ts. Do not edit: change migrations/ instead.

create table answers_counted (
  is_one boolean not null default true,
  until timestamp with time zone not null,
  constraint answers_counted_pkey PRIMARY KEY (is_one),
  constraint answers_counted_is_one_check CHECK (is_one)
);

create table audit_entries (
  portal text not null,
  id bigint not null generated always as identity,
  at timestamp with time zone not null default now(),
  user_id text,
  user_name text,
  action text not null,
  subject text not null,
  details jsonb not null,
  constraint audit_entries_pkey PRIMARY KEY (portal, id)
);
CREATE INDEX audit_entries_at ON audit_entries USING btree (at);

create table awaiting_connection (
  id uuid not null,
  brain text not null,
  config_sealed bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint awaiting_connection_pkey PRIMARY KEY (id)
);

create table bot (
  portal text not null,
  code text not null,
  bot_id text,
  type text not null,
  name text not null,
  brain text not null,
  connection_id uuid,
  state text not null default 'wanted'::text,
  problem text,
  give_back_minutes integer,
  greeting json,
  greet_after_seconds integer not null default 3,
  synced json,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  burst_ms integer,
  language text,
  call_person_minutes integer,
  turns_per_minute integer,
  color text,
  picture_id text,
  unanswered json,
  picture_number integer not null default 1,
  brain_since timestamp with time zone,
  constraint bot_pkey PRIMARY KEY (portal, code),
  constraint bot_burst_ms_check CHECK (((burst_ms >= 0) AND (burst_ms <= 60000))),
  constraint bot_call_person_minutes_check CHECK ((call_person_minutes > 0)),
  constraint bot_give_back_minutes_check CHECK ((give_back_minutes > 0)),
  constraint bot_greet_after_seconds_check CHECK (((greet_after_seconds >= 0) AND (greet_after_seconds <= 600))),
  constraint bot_picture_number_check CHECK ((picture_number > 0)),
  constraint bot_portal_bot_id_key UNIQUE (portal, bot_id),
  constraint bot_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'registered'::text, 'refused'::text, 'deleted'::text]))),
  constraint bot_turns_per_minute_check CHECK (((turns_per_minute >= 0) AND (turns_per_minute <= 600))),
  constraint bot_type_check CHECK ((type = ANY (ARRAY['B'::text, 'O'::text, 'S'::text, 'P'::text])))
);
CREATE INDEX bot_picture_id ON bot USING btree (picture_id) WHERE (picture_id IS NOT NULL);

create table bot_picture (
  portal text not null,
  code text not null,
  image bytea not null,
  constraint bot_picture_pkey PRIMARY KEY (portal, code)
);

create table connect_code (
  portal text not null,
  code_hash bytea not null,
  brain text not null,
  expires_at timestamp with time zone not null,
  constraint connect_code_pkey PRIMARY KEY (portal, code_hash)
);
CREATE INDEX connect_code_by_hash ON connect_code USING btree (code_hash);

create table connection (
  portal text not null,
  id uuid not null,
  brain text not null,
  title text not null,
  config_sealed bytea not null,
  webhook_secret_hash bytea not null,
  webhook_secret_sealed bytea not null,
  cursor text,
  listening_by text,
  listening_until timestamp with time zone,
  disabled_reason text,
  health_check_at timestamp with time zone default (now() + '01:00:00'::interval),
  health_checked_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint connection_pkey PRIMARY KEY (portal, id)
);
CREATE INDEX connection_by_id ON connection USING btree (id);
CREATE INDEX connection_by_webhook ON connection USING btree (webhook_secret_hash);
CREATE INDEX connection_due ON connection USING btree (health_check_at) WHERE (health_check_at IS NOT NULL);

create table connector_state (
  portal text not null,
  connection_id uuid not null,
  key text not null,
  value json not null,
  expires_at timestamp with time zone,
  updated_at timestamp with time zone not null default now(),
  constraint connector_state_pkey PRIMARY KEY (portal, connection_id, key),
  constraint connector_state_key_check CHECK ((length(key) <= 200))
);
CREATE INDEX connector_state_by_end ON connector_state USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE INDEX connector_state_by_prefix ON connector_state USING btree (portal, connection_id, key COLLATE "C");

create table conversation (
  portal text not null,
  bot_code text not null,
  dialog_id text not null,
  ref text not null,
  remote_id text,
  owner text not null,
  kind text not null,
  session_id text,
  session_leader text not null default ''::text,
  is_greeted boolean not null,
  language text not null,
  owned_since timestamp with time zone,
  taken_at timestamp with time zone,
  inactive_since timestamp with time zone,
  has_inactivity_timer boolean not null default false,
  crm text not null default ''::text,
  updated_at timestamp with time zone not null default now(),
  burst json,
  burst_timer_at timestamp with time zone,
  choices jsonb,
  waiting_since timestamp with time zone,
  silence_timer_at timestamp with time zone,
  turns json,
  title text not null default ''::text,
  person text not null default ''::text,
  line_id text,
  found_by text not null default ''::text,
  active_at timestamp with time zone not null default date_trunc('minute'::text, now()),
  constraint conversation_pkey PRIMARY KEY (portal, bot_code, dialog_id),
  constraint conversation_kind_check CHECK ((kind = ANY (ARRAY['private'::text, 'group'::text, 'line'::text]))),
  constraint conversation_owner_check CHECK ((owner = ANY (ARRAY['brain'::text, 'person'::text]))),
  constraint conversation_portal_ref_key UNIQUE (portal, ref)
) with (fillfactor=80);
CREATE INDEX conversation_by_activity ON conversation USING btree (portal, active_at, bot_code, dialog_id);
CREATE INDEX conversation_by_line ON conversation USING btree (portal, line_id, active_at) WHERE (line_id IS NOT NULL);
CREATE INDEX conversation_by_remote ON conversation USING btree (portal, remote_id) WHERE (remote_id IS NOT NULL);

create table dedupe (
  portal text not null,
  key uuid not null,
  received_at timestamp with time zone not null default now(),
  constraint dedupe_pkey PRIMARY KEY (portal, key)
);
CREATE INDEX dedupe_by_age ON dedupe USING brin (received_at);

create table event_poll (
  portal text not null,
  polled_until timestamp with time zone not null default 'infinity'::timestamp with time zone,
  leased_by text,
  leased_until timestamp with time zone,
  constraint event_poll_pkey PRIMARY KEY (portal)
);

create table follow_up (
  portal text not null,
  bot_code text not null,
  dialog_id text not null,
  id text not null,
  name text not null,
  params json not null,
  due_at timestamp with time zone not null,
  token uuid not null default gen_random_uuid(),
  trace text not null,
  created_at timestamp with time zone not null default now(),
  constraint follow_up_pkey PRIMARY KEY (portal, bot_code, dialog_id, id),
  constraint follow_up_id_check CHECK (((length(id) >= 1) AND (length(id) <= 200)))
);
CREATE INDEX follow_up_by_due ON follow_up USING btree (due_at);

create table hourly_count (
  portal text not null,
  hour timestamp with time zone not null,
  bot_code text not null,
  brain text not null,
  kind text not null,
  name text not null,
  count integer not null,
  constraint hourly_count_pkey PRIMARY KEY (portal, hour, bot_code, brain, kind, name),
  constraint hourly_count_kind_check CHECK ((kind = ANY (ARRAY['event'::text, 'answer'::text, 'call'::text])))
) with (fillfactor=80);
CREATE INDEX hourly_count_by_hour ON hourly_count USING btree (hour);

create table inbox (
  portal text not null,
  lane text not null,
  seq bigint not null,
  source text not null,
  connection_id uuid,
  ingress text,
  trace text not null,
  subject text,
  body bytea not null,
  received_at timestamp with time zone not null default now(),
  constraint inbox_pkey PRIMARY KEY (portal, lane, seq),
  constraint inbox_check CHECK (((connection_id IS NULL) = (ingress IS NULL))),
  constraint inbox_ingress_check CHECK ((ingress = ANY (ARRAY['webhook'::text, 'socket'::text, 'catch_up'::text])))
);
CREATE INDEX inbox_by_age ON inbox USING btree ((received_at AT TIME ZONE 'UTC'::text));

create table inbox_outcome (
  portal text not null,
  lane text not null,
  seq bigint not null,
  state text not null,
  outcome text not null,
  done_at timestamp with time zone not null default now(),
  constraint inbox_outcome_pkey PRIMARY KEY (portal, lane, seq),
  constraint inbox_outcome_state_check CHECK ((state = ANY (ARRAY['done'::text, 'dead_letter'::text, 'dropped'::text])))
);
CREATE INDEX inbox_dead_letters ON inbox_outcome USING btree (portal, done_at) WHERE (state = 'dead_letter'::text);

create table lane (
  portal text not null,
  queue text not null,
  key text not null,
  seq bigint not null,
  done bigint not null default 0,
  ready_at timestamp with time zone not null,
  locked_by text,
  attempts integer not null default 0,
  throttled integer not null default 0,
  destination text not null generated always as (
CASE
    WHEN (queue = 'inbox'::text) THEN ''::text
    WHEN (key ~~ '%>portal'::text) THEN 'portal'::text
    WHEN (key ~~ '%>brain'::text) THEN (split_part(key, '/'::text, 1) || '>brain'::text)
    WHEN ((key ~~ '%>later'::text) OR (key ~~ '%>greet'::text)) THEN 'later'::text
    ELSE 'app'::text
END) stored,
  constraint lane_pkey PRIMARY KEY (portal, queue, key),
  constraint lane_check CHECK ((done <= seq)),
  constraint lane_queue_check CHECK ((queue = ANY (ARRAY['inbox'::text, 'outbox'::text])))
) with (autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.02, fillfactor=60);
CREATE INDEX lane_by_destination ON lane USING btree (queue, portal, destination, ready_at) WHERE (ready_at < 'infinity'::timestamp with time zone);
CREATE INDEX lane_ready ON lane USING btree (queue, ready_at) WHERE isfinite(ready_at);

create table outbox (
  portal text not null,
  lane text not null,
  seq bigint not null,
  key uuid not null,
  target text not null,
  bot_code text,
  dialog_id text,
  trace text not null,
  action json not null,
  created_at timestamp with time zone not null default now(),
  attempted_at timestamp with time zone,
  done_at timestamp with time zone,
  state text not null default 'waiting'::text,
  outcome text,
  remote_id text,
  constraint outbox_pkey PRIMARY KEY (portal, lane, seq),
  constraint outbox_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'dead_letter'::text, 'unknown'::text, 'dropped'::text]))),
  constraint outbox_target_check CHECK ((target = ANY (ARRAY['portal'::text, 'brain'::text, 'app'::text])))
) with (fillfactor=80);
CREATE INDEX outbox_by_age ON outbox USING btree ((created_at AT TIME ZONE 'UTC'::text));
CREATE INDEX outbox_dead_letters ON outbox USING btree (portal, created_at) INCLUDE (bot_code, dialog_id) WHERE (state = ANY (ARRAY['dead_letter'::text, 'unknown'::text]));
CREATE INDEX outbox_deliveries ON outbox USING btree (portal, bot_code, created_at) WHERE (target = 'brain'::text);

create table portal (
  portal text not null,
  domain text not null,
  client_endpoint text not null,
  server_endpoint text not null,
  application_token_hash bytea not null,
  state text not null default 'installed'::text,
  scope text not null default ''::text,
  license text not null default ''::text,
  app_ref text,
  language text not null default 'en'::text,
  has_imbot_v2 boolean,
  rate_per_second real,
  rate_burst real,
  installed_at timestamp with time zone not null default now(),
  set_up_at timestamp with time zone,
  set_up_error text,
  uninstalled_at timestamp with time zone,
  updated_at timestamp with time zone not null default now(),
  member_id text,
  event_api text,
  event_api_wanted text,
  app_state text not null default 'working'::text,
  app_checked_at timestamp with time zone,
  readers json not null default '"nobody"'::json,
  wizard_began_at timestamp with time zone not null default now(),
  wizard_step text not null default 'rights'::text,
  wizard_ended_at timestamp with time zone,
  set_up_error_code text,
  retention_days integer,
  trouble_readers json not null default '[]'::json,
  trouble_told json,
  has_rest_log boolean not null default true,
  posted_held_until timestamp with time zone,
  move_state text,
  move_to text,
  move_url text,
  move_since timestamp with time zone,
  constraint portal_pkey PRIMARY KEY (portal),
  constraint portal_app_state_check CHECK ((app_state = ANY (ARRAY['working'::text, 'not_finished'::text, 'payment_expired'::text]))),
  constraint portal_event_api_check CHECK ((event_api = ANY (ARRAY['v1-webhook'::text, 'v2-webhook'::text, 'v2-fetch'::text]))),
  constraint portal_event_api_wanted_check CHECK ((event_api_wanted = ANY (ARRAY['v1-webhook'::text, 'v2-webhook'::text, 'v2-fetch'::text, 'auto'::text]))),
  constraint portal_move_state_check CHECK ((move_state = ANY (ARRAY['leaving'::text, 'left'::text, 'arriving'::text]))),
  constraint portal_retention_days_check CHECK ((retention_days > 0)),
  constraint portal_state_check CHECK ((state = ANY (ARRAY['installed'::text, 'uninstalled'::text, 'disconnected'::text, 'suspended'::text]))),
  constraint portal_wizard_step_check CHECK ((wizard_step = ANY (ARRAY['rights'::text, 'bots'::text, 'answers'::text, 'line'::text, 'message'::text])))
);
CREATE INDEX portal_app_check ON portal USING btree (app_checked_at NULLS FIRST) WHERE (state = 'installed'::text);
CREATE INDEX portal_moving ON portal USING btree (portal) WHERE (move_state IS NOT NULL);
CREATE INDEX portal_with_held_events ON portal USING btree (portal) WHERE (posted_held_until IS NOT NULL);
CREATE INDEX portal_without_rest_log ON portal USING btree (portal) WHERE (NOT has_rest_log);

create table portal_token (
  portal text not null,
  access_sealed bytea not null,
  refresh_sealed bytea not null,
  expires_at timestamp with time zone not null,
  user_id text not null,
  is_admin boolean not null,
  refreshed_at timestamp with time zone not null default now(),
  refreshing_by uuid,
  refreshing_until timestamp with time zone,
  refresh_lost_at timestamp with time zone,
  backoff_until timestamp with time zone,
  backoff_code text,
  constraint portal_token_pkey PRIMARY KEY (portal)
);

create table rate_limit (
  portal text not null,
  bucket text not null,
  level double precision not null,
  granted double precision not null,
  updated_at timestamp with time zone not null,
  constraint rate_limit_pkey PRIMARY KEY (portal, bucket)
) with (fillfactor=50);

create table reported_failure (
  portal text not null,
  lane text not null,
  remote_id text not null,
  is_withdrawn boolean not null,
  reported_at timestamp with time zone not null default now(),
  constraint reported_failure_pkey PRIMARY KEY (portal, lane, remote_id)
);
CREATE INDEX reported_failure_by_age ON reported_failure USING brin (reported_at);

create table rest_log (
  portal text not null,
  id bigint not null generated always as identity,
  at timestamp with time zone not null,
  method text not null,
  code text not null,
  ms integer not null,
  is_in_batch boolean not null,
  request text not null,
  answer text not null,
  constraint rest_log_pkey PRIMARY KEY (portal, id)
);
CREATE INDEX rest_log_by_age ON rest_log USING btree (at);

create table worker (
  id uuid not null,
  started_at timestamp with time zone not null default now(),
  constraint worker_pkey PRIMARY KEY (id)
);

alter table audit_entries add constraint audit_entries_portal_fkey FOREIGN KEY (portal) REFERENCES portal(portal) ON DELETE CASCADE;
alter table bot add constraint bot_portal_connection_id_fkey FOREIGN KEY (portal, connection_id) REFERENCES connection(portal, id);
alter table bot add constraint bot_portal_fkey FOREIGN KEY (portal) REFERENCES portal(portal) ON DELETE CASCADE;
alter table bot_picture add constraint bot_picture_portal_code_fkey FOREIGN KEY (portal, code) REFERENCES bot(portal, code) ON DELETE CASCADE;
alter table connect_code add constraint connect_code_portal_fkey FOREIGN KEY (portal) REFERENCES portal(portal) ON DELETE CASCADE;
alter table connection add constraint connection_portal_fkey FOREIGN KEY (portal) REFERENCES portal(portal) ON DELETE CASCADE;
alter table connector_state add constraint connector_state_portal_connection_id_fkey FOREIGN KEY (portal, connection_id) REFERENCES connection(portal, id) ON DELETE CASCADE;
alter table event_poll add constraint event_poll_portal_fkey FOREIGN KEY (portal) REFERENCES portal(portal) ON DELETE CASCADE;
alter table follow_up add constraint follow_up_portal_bot_code_fkey FOREIGN KEY (portal, bot_code) REFERENCES bot(portal, code) ON DELETE CASCADE;
alter table hourly_count add constraint hourly_count_portal_fkey FOREIGN KEY (portal) REFERENCES portal(portal) ON DELETE CASCADE;
alter table portal_token add constraint portal_token_portal_fkey FOREIGN KEY (portal) REFERENCES portal(portal) ON DELETE CASCADE;
alter table rest_log add constraint rest_log_portal_fkey FOREIGN KEY (portal) REFERENCES portal(portal) ON DELETE CASCADE;

create view inbox_history as  SELECT e.portal,
    e.lane,
    e.seq,
    e.source,
    e.connection_id,
    e.ingress,
    e.trace,
    e.subject,
    e.body,
    e.received_at,
    COALESCE(o.state, 'waiting'::text) AS state,
    o.outcome,
    o.done_at
   FROM (inbox e
     LEFT JOIN inbox_outcome o USING (portal, lane, seq));
