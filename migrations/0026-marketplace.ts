/** What the marketplace demands: an avatar of its own for each bot, and a log of REST calls for each portal unless it is switched off. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table bot add column picture_number integer not null default 1 check (picture_number > 0);
    update bot set picture_number = numbered.number
    from (select portal, code, row_number() over (partition by portal, type order by created_at, code) as number from bot) numbered
    where bot.portal = numbered.portal and bot.code = numbered.code;

    alter table portal alter column has_rest_log set default true;
    drop index portal_with_rest_log;
    create index portal_without_rest_log on portal (portal) where not has_rest_log;
  `);
}

export function down(): Promise<void> {
  return Promise.reject(new Error('migrations only go forward'));
}
