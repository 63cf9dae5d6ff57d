/** The outbox: every action the bridge decided on, with its idempotency key, kept until its retention ends. */
import { randomUUID } from 'node:crypto';
import type { ActionTarget, AppAction, BrainAction, PortalAction } from '../../core/actions.ts';
import { type Db, query, type SqlPart } from '../database.ts';
import { storableJson, storableText } from '../storable.ts';
import { type Claim, type ClaimOptions, claimLanes, type LaneRow } from './claim-lanes.ts';
import {
  countByLane,
  type DirectClaim,
  extendLanes,
  extendOnConflict,
  type FinishedLane,
  finishing,
  type LaneId,
  type LaneProgress,
} from './lanes.ts';

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

/** Which of the new actions go to a worker at once, under a claim of its own. */
export interface ClaimActions extends DirectClaim {
  readonly wants: (action: NewAction) => boolean;
}

/** Where actions come from, and who gets them. */
export interface Appending {
  /** For each action the inbox lane that decided on it: the action is appended if the CTE `finished` names that lane. Null: all are. */
  readonly from: readonly string[] | null;
  readonly claim: ClaimActions | null;
}

/**
 * CTEs that append actions to their lanes in the given order. `placed` has a row for each action: its place `n` among the actions, its
 * `seq`, and its lane's `destination`, `attempts`, `throttled` and `is_claimed`.
 */
export function appending(actions: readonly NewAction[], { from, claim }: Appending): SqlPart {
  return {
    sql: `wanted as (
       select i.* from unnest(?::text[], ?::text[], ?::text[], ?::float8[], ?::boolean[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::json[])
         with ordinality as i(from_lane, portal, lane, delay, claims, key, target, bot_code, dialog_id, trace, action, n)
       ${from === null ? '' : 'where exists (select 1 from finished f where f.portal = i.portal and f.key = i.from_lane)'}
     ), extended as (
       insert into lane (portal, queue, key, seq, ready_at, locked_by, attempts)
       select portal, 'outbox', lane, count(*),
              now() + case when bool_and(claims) then ?::int * interval '1 second' else (array_agg(delay order by n))[1] * interval '1 millisecond' end,
              case when bool_and(claims) then ?::text end, bool_and(claims)::int
       from wanted group by portal, lane order by portal, lane
       ${extendOnConflict}
       returning portal, key as lane, seq, destination, attempts, throttled, locked_by
     ), placed as materialized (
       select w.*, e.destination, e.attempts, e.throttled, e.locked_by is not distinct from ?::text and e.locked_by is not null as is_claimed,
              e.seq - count(*) over (partition by w.portal, w.lane) + row_number() over (partition by w.portal, w.lane order by w.n) as seq
       from wanted w full join extended e on e.portal = w.portal and e.lane = w.lane
     ), appended as (
       insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action)
       select portal, lane, seq, key, target, bot_code, dialog_id, trace, action from placed
     )`,
    values: [
      actions.map((_, index) => from?.[index] ?? ''),
      actions.map((action) => action.portal),
      actions.map((action) => action.lane),
      actions.map((action) => action.delayMs ?? 0),
      actions.map((action) => claim?.wants(action) ?? false),
      actions.map(() => randomUUID()),
      actions.map((action) => action.target),
      actions.map((action) => action.botCode),
      actions.map((action) => action.dialogId),
      actions.map((action) => action.trace),
      actions.map((action) => storableJson(action.action)),
      claim?.leaseSeconds ?? 0,
      claim?.holder ?? null,
      claim?.holder ?? null,
    ],
  };
}

/** Appends actions to their lanes in the given order. Part of the transaction that decided on them. */
export async function appendActions(db: Db, actions: readonly NewAction[]): Promise<void> {
  if (actions.length === 0) return;
  const { sql, values } = appending(actions, { from: null, claim: null });
  await query(db, `with ${sql} select 1`, values);
}

/** Rows of a lane are claimed together while those before them have less than this many bytes, as they are stored. */
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
 * Records that an attempt begins that must not be repeated blindly. Must be committed before the request is sent. False when the claim no
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

export interface ActionFailure extends LaneId {
  readonly seq: number;
  readonly outcome: string;
  /** The failed attempt may have taken effect. */
  readonly isFateUnknown: boolean;
}

/** The results of the actions of claimed lanes. */
export interface OutboxFinish {
  readonly progress: readonly LaneProgress[];
  readonly results: readonly ActionResult[];
  /** The last failures of actions that will be tried again. */
  readonly failures: readonly ActionFailure[];
}

/** Gives lanes back and records their results, in one statement. Returns the lanes that were still ours; nothing is written for others. */
export async function finishOutbox(
  db: Db,
  { progress, results, failures }: OutboxFinish,
): Promise<readonly FinishedLane[]> {
  const finish = await finishing(db, 'outbox', progress);
  const written = await query<FinishedLane>(
    db,
    `with ${finish.sql}, closed as (
       update outbox o set state = i.state, outcome = i.outcome, remote_id = i.remote_id, done_at = now()
       from unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[])
         as i(portal, lane, seq, state, outcome, remote_id)
       join finished f on f.portal = i.portal and f.key = i.lane
       where o.portal = i.portal and o.lane = i.lane and o.seq = i.seq
     ), noted as (
       update outbox o set outcome = i.outcome, attempted_at = case when i.keep then o.attempted_at end
       from unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::boolean[]) as i(portal, lane, seq, outcome, keep)
       join finished f on f.portal = i.portal and f.key = i.lane
       where o.portal = i.portal and o.lane = i.lane and o.seq = i.seq
     ) select portal, key, has_more from finished`,
    [
      ...finish.values,
      results.map((result) => result.portal),
      results.map((result) => result.lane),
      results.map((result) => result.seq),
      results.map((result) => result.state),
      results.map((result) => storableText(result.outcome)),
      results.map((result) => storableText(result.remoteId)),
      failures.map((row) => row.portal),
      failures.map((row) => row.lane),
      failures.map((row) => row.seq),
      failures.map((row) => storableText(row.outcome)),
      failures.map((row) => row.isFateUnknown),
    ],
    'finish_outbox',
  );
  return written.rows;
}

/** A CTE of its own, because Citus writes a wrong statement for its workers where the INSERT selects from the table itself. */
const oldRow = 'with old as materialized (select * from outbox where portal = ? and lane = ? and seq = ?)';

/**
 * Puts a dead letter back at the end of its lane with the same key; also an action of unknown fate: the person who replays it accepts that
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
    `${oldRow} insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action)
     select portal, lane, ?, key, target, bot_code, dialog_id, trace, action from old`,
    [id.portal, id.lane, id.seq, next],
  );
  return true;
}

/** A second wish to repeat a delivery counts as the same wish, made by a second click, for this long. */
const oneWishSeconds = 30;

/**
 * Appends an action that a brain has taken to its lane once more, with a key of its own. Part of a transaction. `unknown`: there is no such
 * row. `repeated_already`: its repetition still waits, or is less than half a minute old.
 */
export async function repeatDelivery(
  db: Db,
  id: LaneId & { readonly seq: number },
): Promise<'ordered' | 'unknown' | 'repeated_already'> {
  // Locked first, so that the second of two clicks sees what the first has written. The row cannot vanish either: a lane extended without a
  // new row would never execute anything behind the gap.
  const found = await query<unknown>(
    db,
    `select 1 from outbox where portal = ? and lane = ? and seq = ? and target = 'brain' and state = 'done' for update`,
    [id.portal, id.lane, id.seq],
  );
  if (found.rows.length === 0) return 'unknown';
  const repeated = await query<unknown>(
    db,
    `select 1 from outbox o join outbox again on again.portal = o.portal and again.lane = o.lane and again.seq > o.seq
     where o.portal = ? and o.lane = ? and o.seq = ? and again.trace = o.trace and again.action::text = o.action::text
       and (again.state = 'waiting' or again.created_at > now() - ? * interval '1 second') limit 1`,
    [id.portal, id.lane, id.seq, oneWishSeconds],
  );
  if (repeated.rows.length > 0) return 'repeated_already';
  const next = (await extendLanes(db, 'outbox', countByLane([id])))(id);
  await query(
    db,
    `${oldRow} insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action)
     select portal, lane, ?, ?::uuid, target, bot_code, dialog_id, trace, action from old`,
    [id.portal, id.lane, id.seq, next, randomUUID()],
  );
  return 'ordered';
}
