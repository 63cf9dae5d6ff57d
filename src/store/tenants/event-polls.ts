/** Which portals are polled for events, and who polls each at the moment. */
import type { EventApi } from '../../core/event-api.ts';
import { type Db, query } from '../database.ts';

/**
 * From now on the portal is polled, first after `afterSeconds`: events that it posted until now may still be on their way, and come first.
 * Repeatable; to be called before the portal begins to keep events for polling. With 0 seconds a wait that has begun is not cut short.
 */
export async function beginPolling(db: Db, portal: string, afterSeconds: number): Promise<void> {
  await query(
    db,
    `insert into event_poll (portal, leased_until) values (?, now() + ? * interval '1 second')
     on conflict (portal) do update set polled_until = 'infinity',
       leased_until = case
         when event_poll.leased_by is not null or (? = 0 and event_poll.polled_until = 'infinity') then event_poll.leased_until
         else excluded.leased_until end`,
    [portal, afterSeconds, afterSeconds],
  );
}

/** Milliseconds until the portal is polled for the first time; 0 if it is polled already, or not at all. */
export async function pollingBeginsIn(db: Db, portal: string): Promise<number> {
  const result = await query<{ ms: number }>(
    db,
    `select extract(epoch from leased_until - now())::float8 * 1000 as ms from event_poll
     where portal = ? and leased_by is null and leased_until > now() and polled_until = 'infinity'`,
    [portal],
  );
  return result.rows[0]?.ms ?? 0;
}

/**
 * From now on the portal posts its events, in the given way. It is still polled for `afterSeconds`, for events it was just writing down when
 * it was told to post them instead.
 */
export async function endPolling(
  db: Db,
  portal: string,
  { eventApi, afterSeconds }: { readonly eventApi: EventApi; readonly afterSeconds: number },
): Promise<void> {
  await query(
    db,
    `with polled as (
       update event_poll set polled_until = least(polled_until, now() + ? * interval '1 second') where portal = ?
     )
     update portal set event_api = ? where portal = ?`,
    [afterSeconds, portal, eventApi, portal],
  );
}

/** From now on, nobody polls the portal. */
export async function stopPolling(db: Db, portal: string): Promise<void> {
  await query(db, 'delete from event_poll where portal = ?', [portal]);
}

/**
 * SQL: portal `p` is polled. So is a suspended one, once its hold is over, because nothing else would show that it works again; and one that
 * refused its incoming webhook, because only a single answer says so. A refused refresh, which disconnects all others, is certain.
 */
const isAsked = `p.move_state is null and (p.state in ('installed', 'suspended') or (p.state = 'disconnected' and p.server_endpoint = ''))`;

/** Leases portals that nobody polls to this owner. */
export async function claimPolls(
  db: Db,
  owner: string,
  { limit, leaseSeconds }: { readonly limit: number; readonly leaseSeconds: number },
): Promise<string[]> {
  const result = await query<{ portal: string }>(
    db,
    `update event_poll e set leased_by = ?, leased_until = now() + ? * interval '1 second'
     from (
       select e.portal from event_poll e join portal p using (portal)
       where e.polled_until > now() and ${isAsked} and (e.leased_until is null or e.leased_until < now())
       order by e.leased_until nulls first limit ? for update of e skip locked
     ) free
     where e.portal = free.portal
     returning e.portal`,
    [owner, leaseSeconds, limit],
    'claim_polls',
  );
  return result.rows.map(({ portal }) => portal);
}

/** Extends the leases and returns the portals still leased to this owner and still to be polled. */
export async function renewPolls(db: Db, owner: string, leaseSeconds: number): Promise<Set<string>> {
  const result = await query<{ portal: string }>(
    db,
    `update event_poll e set leased_until = now() + ? * interval '1 second'
     from portal p where p.portal = e.portal and ${isAsked} and e.polled_until > now() and e.leased_by = ?
     returning e.portal`,
    [leaseSeconds, owner],
    'renew_polls',
  );
  return new Set(result.rows.map(({ portal }) => portal));
}

/** Releases portals so that another process can take them at once. */
export async function releasePolls(db: Db, owner: string, portals: readonly string[]): Promise<void> {
  await query(
    db,
    'update event_poll set leased_by = null, leased_until = null where leased_by = ? and portal = any(?::text[])',
    [owner, portals],
  );
}
