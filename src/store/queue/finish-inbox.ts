/** Writes what the events of claimed inbox lanes have led to, and gives the lanes back. */
import { type Db, query } from '../database.ts';
import { storableJson, storableText } from '../storable.ts';
import { type DecidedConversation, storingConversations } from '../tenants/conversations.ts';
import { type ClaimedLane, groupByLane } from './claim-lanes.ts';
import type { EventResult } from './inbox.ts';
import { type FinishedLane, finishing, type LaneProgress } from './lanes.ts';
import { appending, type ClaimActions, type NewAction, type OutboxRow } from './outbox.ts';

/** An action that an inbox lane has decided on. */
export interface DecidedAction {
  /** The inbox lane. */
  readonly from: string;
  readonly action: NewAction;
}

export interface InboxFinish {
  readonly progress: readonly LaneProgress[];
  readonly results: readonly EventResult[];
  readonly conversations: readonly DecidedConversation[];
  readonly actions: readonly DecidedAction[];
  /** Null: the new actions wait for a claim. */
  readonly claim: ClaimActions | null;
}

export interface InboxFinished {
  /** The lanes that were still ours; nothing is written for others. */
  readonly lanes: readonly FinishedLane[];
  /** Outbox lanes that were claimed directly, with their new actions. */
  readonly claimed: readonly ClaimedLane<OutboxRow>[];
}

type WrittenRow =
  | (FinishedLane & { readonly n: null })
  | {
      readonly n: string;
      readonly action_key: string;
      readonly seq: string;
      readonly destination: string;
      readonly attempts: number;
      readonly throttled: number;
      readonly at: Date;
    };

/**
 * One statement, so that a message costs one round trip and one commit here: lanes, outcomes, conversations and actions are written together
 * or not at all, and the outbox worker of this process may get its lanes (`queue/direct-claims.ts`).
 *
 * Outcomes have a table of their own: the event rows are written once and never updated, so that their bodies need not be written again
 * (decision 0001). Inbox lanes are locked before outbox lanes, because each part reads which lanes were ours.
 */
export async function finishInbox(db: Db, finish: InboxFinish): Promise<InboxFinished> {
  const { progress, results, conversations, actions, claim } = finish;
  const give = await finishing(db, 'inbox', progress);
  const store = storingConversations(conversations);
  const append = appending(
    actions.map(({ action }) => action),
    { from: actions.map(({ from }) => from), claim },
  );
  const written = await query<WrittenRow>(
    db,
    `with ${give.sql}, closed as (
       insert into inbox_outcome (portal, lane, seq, state, outcome)
       select i.* from unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[]) as i(portal, lane, seq, state, outcome)
       join finished f on f.portal = i.portal and f.key = i.lane
       on conflict do nothing
     ), stored as (${store.sql}), ${append.sql}
     select portal, key, has_more, null::bigint as n, null::uuid as action_key, null::bigint as seq, null::text as destination,
            null::int as attempts, null::int as throttled, null::timestamptz as at
     from finished
     union all
     select null, null, null, n, key, seq, destination, attempts, throttled, now() from placed where is_claimed`,
    [
      ...give.values,
      results.map((result) => result.portal),
      results.map((result) => result.lane),
      results.map((result) => result.seq),
      results.map((result) => result.state),
      results.map((result) => storableText(result.outcome)),
      ...store.values,
      ...append.values,
    ],
    'finish_inbox',
  );
  const lanes = written.rows.flatMap((row) => (row.n === null ? [row] : []));
  return { lanes, claimed: claim === null ? [] : claimedAmong(actions, written.rows, claim.holder) };
}

/** The claimed lanes as a claim would have brought them: with their actions as they were stored. */
function claimedAmong(
  actions: readonly DecidedAction[],
  written: readonly WrittenRow[],
  holder: string,
): ClaimedLane<OutboxRow>[] {
  const rows = written.flatMap((row) => {
    const action = row.n === null ? undefined : actions[Number(row.n) - 1]?.action;
    if (row.n === null || action === undefined) return [];
    const { portal, lane, target, botCode, dialogId, trace } = action;
    const { destination, attempts, throttled } = row;
    return [
      {
        ...{
          portal,
          lane,
          seq: Number(row.seq),
          key: row.action_key,
          target,
          trace,
          bot_code: botCode,
          dialog_id: dialogId,
        },
        ...{ action: JSON.parse(storableJson(action.action)), created_at: row.at, attempted_at: null },
        ...{ lane_destination: destination, lane_attempts: attempts, lane_throttled: throttled },
      },
    ];
  });
  return groupByLane<OutboxRow>(rows, holder);
}
