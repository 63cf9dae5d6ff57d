/**
 * A portal that is moved to another cell (docs/scaling.md). move_state: leaving, nothing of it is worked on here while it is copied; left, it lives in
 * the cell `move_to` at `move_url`; arriving, it is here and its work begins when everything has come. Null: the usual case.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table portal
      add column move_state text check (move_state in ('leaving', 'left', 'arriving')),
      add column move_to text,
      add column move_url text,
      add column move_since timestamptz;
    create index portal_moving on portal (portal) where move_state is not null;
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
