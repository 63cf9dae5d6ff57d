/** The directory of an installation of several cells: a database of its own, which every cell can reach (docs/scaling.md). */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- state: open takes new portals, draining takes none. database_sealed: for the commands, sealed with the APP_SECRET that all cells share.
    create table cell (
      name text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,30}$'),
      url text not null unique,
      database_sealed bytea not null,
      state text not null default 'open' check (state in ('open', 'draining')),
      added_at timestamptz not null default now()
    );
    -- left_at: its data is erased; a portal that comes back lives where it lived. member_id: how a portal names itself whose id is not that.
    create table portal_home (
      portal text primary key,
      cell text not null references cell,
      member_id text,
      placed_at timestamptz not null default now(),
      left_at timestamptz
    );
    -- Addresses that brains were given by a cell from which the connection has been moved. hash: of the address's secret, hexadecimal.
    create table moved_webhook (
      hash text primary key,
      cell text not null references cell
    );
    create index portal_home_by_cell on portal_home (cell) where left_at is null;
    create index portal_home_by_member on portal_home (member_id) where member_id is not null;
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
