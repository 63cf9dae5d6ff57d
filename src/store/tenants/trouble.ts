/** What troubles a portal, and what its people have been told of it. */
import { type Db, query } from '../database.ts';
import { storableJson } from '../storable.ts';

export interface PortalTrouble {
  readonly portal: string;
  readonly language: string;
  /** Employees who want to be told. */
  readonly readers: readonly string[];
  /** A bot that can write to them. */
  readonly botCode: string;
  /** How many were not delivered since people were last told, but within a day at most. */
  readonly undelivered: number;
  /** Titles of the connections that are stopped, in order. */
  readonly stopped: readonly string[];
  /** The stopped connections that people were last told of. */
  readonly toldStopped: readonly string[];
}

/**
 * Portals with people to tell, none of whom was told within the last hour. The rows stay locked until the transaction ends, so that only one
 * of several processes tells them.
 */
export async function claimTroubled(db: Db, limit: number): Promise<PortalTrouble[]> {
  const result = await query<PortalTrouble>(
    db,
    `select p.portal, p.language, p.trouble_readers as readers, b.code as "botCode",
       coalesce((select json_agg(c.title order by c.title) from connection c
         where c.portal = p.portal and c.disabled_reason is not null and c.disabled_reason <> 'paused'), '[]') as stopped,
       coalesce(p.trouble_told->'stopped', '[]') as "toldStopped",
       ((select count(*) from (select 1 from outbox o where o.portal = p.portal and o.state in ('dead_letter', 'unknown')
           and coalesce(o.done_at, o.created_at) > since.at limit 1000) o)
        + (select count(*) from (select 1 from inbox_outcome i where i.portal = p.portal and i.state = 'dead_letter'
           and i.done_at > since.at limit 1000) i))::int as undelivered
     from (
       select portal, language, trouble_readers, trouble_told from portal
       where state = 'installed' and move_state is null and trouble_readers::text <> '[]'
         and (trouble_told is null or (trouble_told->>'at')::timestamptz < now() - interval '1 hour')
       order by portal limit ? for no key update skip locked
     ) p
     cross join lateral (
       select greatest(now() - interval '1 day', coalesce((p.trouble_told->>'at')::timestamptz, now() - interval '1 day')) as at
     ) since
     cross join lateral (
       select code from bot where portal = p.portal and state = 'registered'
       order by case type when 'S' then 0 when 'B' then 1 else 2 end, code limit 1
     ) b`,
    [limit],
  );
  return result.rows;
}

/** Records what people were told. Part of the transaction that tells them. */
export async function noteTold(db: Db, portal: string, stopped: readonly string[]): Promise<void> {
  await query(
    db,
    `update portal set trouble_told = json_build_object('at', now(), 'stopped', ?::json) where portal = ?`,
    [storableJson(stopped), portal],
  );
}
