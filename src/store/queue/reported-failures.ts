/** Stores which messages their brain counts as failed, because we told it so or because it decided so, and whether they may still be sent. */
import { type Db, query } from '../database.ts';
import { storableText } from '../storable.ts';
import type { LaneId } from './lanes.ts';

/** A brain's message, by the outbox lane that carries it to Bitrix24 and the brain's own id. */
export interface ReportedFailure extends LaneId {
  readonly remoteId: string;
  /** True: what has not been sent yet must not be sent any more. */
  readonly isWithdrawn: boolean;
}

/** What has happened so far to the parts of a brain's message. */
export interface SendsSoFar {
  /** Parts that are still to be sent. */
  readonly waiting: number;
  /** The last message in Bitrix24 that holds a part of it; null for none. */
  readonly shownAs: string | null;
  /** Why the first of the failed parts failed; null when none did. */
  readonly error: string | null;
}

/**
 * Records failures and closes the dead letters of withdrawn messages, so that nobody replays them. Repeatable. Call it before the
 * transaction locks outbox lanes: `replayAction` locks rows before lanes too.
 */
export async function recordReportedFailures(db: Db, failures: readonly ReportedFailure[]): Promise<void> {
  if (failures.length === 0) return;
  await query(
    db,
    `insert into reported_failure (portal, lane, remote_id, is_withdrawn)
     select distinct on (portal, lane, remote_id) * from unnest(?::text[], ?::text[], ?::text[], ?::boolean[])
       as i(portal, lane, remote_id, is_withdrawn)
     order by portal, lane, remote_id
     on conflict do nothing`,
    [
      failures.map(({ portal }) => portal),
      failures.map(({ lane }) => lane),
      failures.map(({ remoteId }) => storableText(remoteId)),
      failures.map(({ isWithdrawn }) => isWithdrawn),
    ],
  );
  const withdrawn = failures.filter(({ isWithdrawn }) => isWithdrawn);
  if (withdrawn.length === 0) return;
  await query(
    db,
    `update outbox o set state = 'dropped', outcome = coalesce(o.outcome || '+', '') || 'withdrawn'
     from unnest(?::text[], ?::text[], ?::text[]) as i(portal, lane, remote_id)
     where o.portal = i.portal and o.lane = i.lane and o.action->>'remoteMessageId' = i.remote_id and o.state = 'dead_letter'`,
    [
      withdrawn.map(({ portal }) => portal),
      withdrawn.map(({ lane }) => lane),
      withdrawn.map(({ remoteId }) => storableText(remoteId)),
    ],
  );
}

/** Null: the brain does not count it as failed. */
export async function readReportedFailure(
  db: Db,
  { portal, lane }: LaneId,
  remoteId: string,
): Promise<{ readonly isWithdrawn: boolean } | null> {
  const found = await query<{ is_withdrawn: boolean }>(
    db,
    'select is_withdrawn from reported_failure where portal = ? and lane = ? and remote_id = ?',
    [portal, lane, storableText(remoteId)],
    'read_reported_failure',
  );
  const row = found.rows[0];
  return row === undefined ? null : { isWithdrawn: row.is_withdrawn };
}

/** Reads what has happened to the message; all fields are empty when the outbox has no row of it (any more). */
export async function readSendsSoFar(db: Db, { portal, lane }: LaneId, remoteId: string): Promise<SendsSoFar> {
  const found = await query<{ state: string; outcome: string | null; remote_id: string | null }>(
    db,
    `select state, outcome, remote_id from outbox
     where portal = ? and lane = ? and action->>'remoteMessageId' = ? and coalesce(outcome, '') <> 'replayed' order by seq`,
    [portal, lane, storableText(remoteId)],
  );
  const isOpen = (state: string): boolean => state === 'waiting';
  const ended = found.rows.filter(({ state }) => !isOpen(state));
  return {
    waiting: found.rows.length - ended.length,
    shownAs: ended.findLast((row) => row.state === 'done')?.remote_id ?? null,
    error: ended.find(({ state }) => state !== 'done')?.outcome ?? null,
  };
}

/**
 * Records that an attempt to send a part of a brain's message begins. Records nothing if the message is withdrawn, or if the claim no longer
 * holds the lane (`lane_lost`). Must be committed before the request is sent.
 */
export async function startSend(
  db: Db,
  row: LaneId & { readonly seq: number },
  remoteId: string,
  holder: string,
): Promise<'begun' | 'withdrawn' | 'lane_lost'> {
  const result = await query<{ is_held: boolean; is_begun: boolean }>(
    db,
    `with held as (
       select 1 from lane where portal = ? and queue = 'outbox' and key = ? and locked_by = ?
     ), begun as (
       update outbox o set attempted_at = now() where portal = ? and lane = ? and seq = ? and exists (select 1 from held)
         and not exists (select 1 from reported_failure t
           where t.portal = o.portal and t.lane = o.lane and t.remote_id = ? and t.is_withdrawn)
       returning 1
     )
     select exists (select 1 from held) as is_held, exists (select 1 from begun) as is_begun`,
    [row.portal, row.lane, holder, row.portal, row.lane, row.seq, storableText(remoteId)],
    'begin_send',
  );
  const found = result.rows[0];
  if (found?.is_begun === true) return 'begun';
  return found?.is_held === true ? 'withdrawn' : 'lane_lost';
}

/** Makes lanes whose head waits for its next attempt due now. A hint: nothing depends on it. */
export async function wakeOutboxLanes(db: Db, lanes: readonly LaneId[]): Promise<void> {
  for (const { portal, lane } of lanes) {
    await query(
      db,
      `update lane set ready_at = now() where portal = ? and queue = 'outbox' and key = ?
         and ready_at > now() and ready_at < 'infinity' and locked_by is null`,
      [portal, lane],
    );
  }
}
