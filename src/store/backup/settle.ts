/**
 * Prepares a restored database before the app works on it again. All leases are ended. And if the app went on working after the moment that
 * was restored, what waited at that moment has most probably been sent since: it is put aside for a person instead of being sent a second
 * time.
 */
import { query, type Transaction } from '../database.ts';

/** The outcomes of rows that were put aside. */
const putAsideCode = { inbox: 'inbox.restored', outbox: 'outbox.restored' } as const;

/** Ends the leases of the processes that ran at the moment that was restored. */
export async function endLeases(trx: Transaction): Promise<void> {
  await query(
    trx,
    `update lane set locked_by = null, ready_at = case when seq > done then clock.at else 'infinity' end
     from (select now() as at) clock where locked_by is not null`,
  );
  await query(trx, 'update connection set listening_by = null, listening_until = null where listening_by is not null');
  await query(trx, 'update event_poll set leased_by = null, leased_until = null where leased_by is not null');
  await query(
    trx,
    `update portal_token set refresh_lost_at = now(), refreshing_by = null, refreshing_until = null where refreshing_by is not null`,
  );
  await query(trx, 'delete from worker');
}

export interface PutAside {
  /** Events that had not been worked on: dead letters now. */
  readonly events: number;
  /** Messages to portals and brains: of unknown fate now. */
  readonly messages: number;
  /** Follow-ups that were due meanwhile. */
  readonly followUps: number;
  /** Connections whose messages are read from now on, not from the moment that was restored. */
  readonly accounts: number;
}

/** Puts aside what waited. Installing, erasing and other work of the app itself goes on: repeating it changes nothing. */
export async function putAsideWaiting(trx: Transaction): Promise<PutAside> {
  const events = await query<unknown>(
    trx,
    `insert into inbox_outcome (portal, lane, seq, state, outcome)
     select i.portal, i.lane, i.seq, 'dead_letter', ?
     from lane l join inbox i on i.portal = l.portal and i.lane = l.key and i.seq > l.done
     where l.queue = 'inbox' and l.seq > l.done
     on conflict do nothing`,
    [putAsideCode.inbox],
  );
  const messages = await query<unknown>(
    trx,
    `update outbox o set state = 'unknown', outcome = ?, done_at = now()
     from lane l where l.portal = o.portal and l.queue = 'outbox' and l.key = o.lane
       and o.state = 'waiting' and l.destination not in ('app', 'later')`,
    [putAsideCode.outbox],
  );
  await dropTimers(trx);
  await query(
    trx,
    `update lane set done = seq, ready_at = 'infinity', attempts = 0, throttled = 0
     where seq > done and (queue = 'inbox' or destination <> 'app')`,
  );
  const followUps = await query<unknown>(trx, 'delete from follow_up where due_at <= now()');
  const accounts = await query<unknown>(trx, 'update connection set cursor = null where cursor is not null');
  return {
    events: events.rowCount,
    messages: messages.rowCount,
    followUps: followUps.rowCount,
    accounts: accounts.rowCount,
  };
}

/** Drops the timers that conversations had set: what they were set for is past. The next message sets new ones. */
async function dropTimers(trx: Transaction): Promise<void> {
  await query(
    trx,
    `update outbox o set state = 'dropped', outcome = ?, done_at = now()
     from lane l where l.portal = o.portal and l.queue = 'outbox' and l.key = o.lane
       and o.state = 'waiting' and l.destination = 'later'`,
    [putAsideCode.outbox],
  );
  await query(
    trx,
    `update conversation set burst = null, burst_timer_at = null, silence_timer_at = null, waiting_since = null,
       has_inactivity_timer = false
     where burst is not null or burst_timer_at is not null or silence_timer_at is not null or waiting_since is not null
       or has_inactivity_timer`,
  );
}
