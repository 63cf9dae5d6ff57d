/** The outbox: every action the bridge decided on, with its idempotency key, kept until its retention ends. */
import { randomUUID } from 'node:crypto';
import type { ActionTarget, AppAction, BrainAction, PortalAction } from '../../core/actions.ts';
import { type Db, query } from '../database.ts';
import { storableJson, storableText } from '../storable.ts';
import { type Claim, type ClaimOptions, claimLanes, type LaneRow } from './claim-lanes.ts';
import { countByLane, extendLanes, type LaneId } from './lanes.ts';

export type OutboxAction =
  | { readonly target: 'portal'; readonly action: PortalAction }
  | { readonly target: 'brain'; readonly action: BrainAction }
  | { readonly target: 'app'; readonly action: AppAction };

export type NewAction = LaneId &
  OutboxAction & {
    readonly botCode: string | null;
    readonly dialogId: string | null;
    readonly trace: string;
    /** If nothing else waits in the lane: execute it only after this many milliseconds. */
    readonly delayMs?: number;
  };

export interface OutboxRow extends LaneRow {
  readonly key: string;
  readonly target: ActionTarget;
  readonly bot_code: string | null;
  readonly dialog_id: string | null;
  readonly trace: string;
  readonly action: OutboxAction['action'];
  readonly created_at: Date;
  /**
   * When the last attempt began, if it cannot be repeated safely or sends a message for which the brain wants a receipt; kept while
   * the fate of that attempt is unknown.
   */
  readonly attempted_at: Date | null;
}

/** Appends actions to their lanes in the given order. Part of the transaction that decided on them. */
export async function appendActions(db: Db, actions: readonly NewAction[]): Promise<void> {
  if (actions.length === 0) return;
  const firstFree = await extendLanes(db, 'outbox', countByLane(actions));
  const used = new Map<string, number>();
  const seqs = actions.map((action) => {
    const key = `${action.portal}\n${action.lane}`;
    const place = used.get(key) ?? 0;
    used.set(key, place + 1);
    return firstFree(action) + place;
  });
  await query(
    db,
    `insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action)
     select * from unnest(?::text[], ?::text[], ?::bigint[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::json[])`,
    [
      actions.map((action) => action.portal),
      actions.map((action) => action.lane),
      seqs,
      actions.map(() => randomUUID()),
      actions.map((action) => action.target),
      actions.map((action) => action.botCode),
      actions.map((action) => action.dialogId),
      actions.map((action) => action.trace),
      actions.map((action) => storableJson(action.action)),
    ],
  );
}

/** Rows of a lane after its first are claimed together up to this many bytes, as they are stored. */
const claimedLaneBytes = 64 * 1024;

/** Takes waiting outbox lanes; see `claimLanes`. */
export function claimOutbox(
  db: Db,
  limits: Omit<ClaimOptions, 'queue' | 'columns' | 'perLane'>,
): Promise<Claim<OutboxRow>> {
  return claimLanes<OutboxRow>(db, {
    ...limits,
    queue: 'outbox',
    columns: 'b.key, b.target, b.bot_code, b.dialog_id, b.trace, b.action, b.created_at, b.attempted_at',
    perLane: { size: 'pg_column_size(b.action)', bytes: claimedLaneBytes },
  });
}

/**
 * Records that an attempt begins which must not be repeated blindly. Must be committed before the request is sent. False when the claim no
 * longer holds the lane: then the attempt must not be made.
 */
export async function markAttempted(db: Db, row: LaneRow, holder: string): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `update outbox o set attempted_at = now() from lane l
     where o.portal = ? and o.lane = ? and o.seq = ?
       and l.portal = o.portal and l.queue = 'outbox' and l.key = o.lane and l.locked_by = ? returning 1`,
    [row.portal, row.lane, row.seq, holder],
  );
  return result.rows.length > 0;
}

export interface ActionResult extends LaneId {
  readonly seq: number;
  readonly state: 'done' | 'dead_letter' | 'unknown' | 'dropped';
  /** One stable word: `sent`, or the code of the error. */
  readonly outcome: string;
  /** The remote's id of the result: a message id. */
  readonly remoteId: string | null;
}

/** Records the outcome of actions. */
export async function closeActions(db: Db, results: readonly ActionResult[]): Promise<void> {
  if (results.length === 0) return;
  await query(
    db,
    `update outbox o set state = i.state, outcome = i.outcome, remote_id = i.remote_id, done_at = now()
     from unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[])
       as i(portal, lane, seq, state, outcome, remote_id)
     where o.portal = i.portal and o.lane = i.lane and o.seq = i.seq`,
    [
      results.map((result) => result.portal),
      results.map((result) => result.lane),
      results.map((result) => result.seq),
      results.map((result) => result.state),
      results.map((result) => storableText(result.outcome)),
      results.map((result) => storableText(result.remoteId)),
    ],
  );
}

export interface ActionFailure extends LaneId {
  readonly seq: number;
  readonly outcome: string;
  /** The failed attempt may have taken effect. */
  readonly isFateUnknown: boolean;
}

/** Records the last failure of an action that will be retried. */
export async function noteFailures(db: Db, failures: readonly ActionFailure[]): Promise<void> {
  if (failures.length === 0) return;
  await query(
    db,
    `update outbox o set outcome = i.outcome, attempted_at = case when i.keep then o.attempted_at end
     from unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::boolean[]) as i(portal, lane, seq, outcome, keep)
     where o.portal = i.portal and o.lane = i.lane and o.seq = i.seq`,
    [
      failures.map((row) => row.portal),
      failures.map((row) => row.lane),
      failures.map((row) => row.seq),
      failures.map((row) => storableText(row.outcome)),
      failures.map((row) => row.isFateUnknown),
    ],
  );
}

/**
 * Puts a dead letter back at the end of its lane with the same key; also an action of unknown fate, for which a person then accepts that
 * it may happen twice. False when there is no such row.
 */
export async function replayAction(db: Db, id: LaneId & { readonly seq: number }): Promise<boolean> {
  const deadLetters = await query<unknown>(
    db,
    `update outbox set state = 'dropped', outcome = 'replayed'
     where portal = ? and lane = ? and seq = ? and state in ('dead_letter', 'unknown') returning 1`,
    [id.portal, id.lane, id.seq],
  );
  if (deadLetters.rows.length === 0) return false;
  const next = (await extendLanes(db, 'outbox', countByLane([id])))(id);
  await query(
    db,
    `insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action)
     select portal, lane, ?, key, target, bot_code, dialog_id, trace, action from outbox
     where portal = ? and lane = ? and seq = ?`,
    [next, id.portal, id.lane, id.seq],
  );
  return true;
}

/** Appends an action that a brain has taken to its lane once more, with a key of its own. Part of a transaction. False when there is no such row. */
export async function repeatDelivery(db: Db, id: LaneId & { readonly seq: number }): Promise<boolean> {
  // Locked first: a lane that is extended must get its row, or nothing behind it would ever be executed.
  const found = await query<unknown>(
    db,
    `select 1 from outbox where portal = ? and lane = ? and seq = ? and target = 'brain' and state = 'done' for update`,
    [id.portal, id.lane, id.seq],
  );
  if (found.rows.length === 0) return false;
  const next = (await extendLanes(db, 'outbox', countByLane([id])))(id);
  await query(
    db,
    `insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action)
     select portal, lane, ?, ?, target, bot_code, dialog_id, trace, action from outbox
     where portal = ? and lane = ? and seq = ?`,
    [next, randomUUID(), id.portal, id.lane, id.seq],
  );
  return true;
}
