/**
 * Moves a brain's messages from the lane of an unknown conversation into that conversation's lane once it is known. A webhook may arrive
 * before the call that made the conversation known has returned.
 */

import type { Pool } from '../store/database.ts';
import type { ClaimedLane } from '../store/queue/claim-lanes.ts';
import { acceptEvents, type ClaimedEvent, type EventResult, type NewEvent } from '../store/queue/inbox.ts';
import { dedupeKey, inboxLane } from '../store/queue/lane-names.ts';
import type { LaneProgress } from '../store/queue/lanes.ts';
import { findByRemoteId, findOwnByRef } from '../store/tenants/conversations.ts';
import type { BodyLoader } from './body-loader.ts';

/** Tried once a second for as long as a slow call may take; then the messages become dead letters. */
const retryMs = 1_000;
const maxAttempts = 60;

/** Returns what `inbox-worker` needs to close the lane. Storing the moved rows again is harmless: their keys are fixed. */
export async function routeUnmatched(
  db: Pool,
  lane: ClaimedLane<ClaimedEvent>,
  { bodies, isLate }: { readonly bodies: BodyLoader; readonly isLate: () => boolean },
): Promise<{ progress: LaneProgress; results: readonly EventResult[]; actions: []; failures: []; conversation: null }> {
  const id = { portal: lane.portal, lane: lane.lane };
  const at = { ...id, holder: lane.holder };
  const before = (lane.rows[0]?.seq ?? 1) - 1;
  const last = lane.rows.at(-1)?.seq ?? before;
  const found = await findConversation(db, lane);
  if (found !== null) {
    const target = inboxLane(found.botCode, found.dialogId);
    // One by one: each must be stored before the next of the same lane, and large ones are not loaded together.
    const results: EventResult[] = [];
    for (const row of lane.rows) {
      const stored = await bodies.withBody(row, (body) => acceptEvents(db, [moved(row, body, target)]), isLate);
      if (stored === null) break;
      results.push({ ...id, seq: row.seq, state: 'dropped', outcome: 'moved' });
    }
    const done = before + results.length;
    return {
      progress: { ...at, done, delayMs: 0, isFree: true },
      results,
      actions: [],
      failures: [],
      conversation: null,
    };
  }
  if (lane.attempts < maxAttempts) {
    return {
      progress: { ...at, done: before, delayMs: retryMs },
      results: [],
      actions: [],
      failures: [],
      conversation: null,
    };
  }
  const results = lane.rows.map((row) => ({
    ...id,
    seq: row.seq,
    state: 'dead_letter' as const,
    outcome: 'unknown_conversation',
  }));
  return { progress: { ...at, done: last, delayMs: 0 }, results, actions: [], failures: [], conversation: null };
}

function moved(row: ClaimedEvent, body: Buffer, lane: string): NewEvent {
  return {
    portal: row.portal,
    lane,
    dedupeKey: dedupeKey('moved', row.lane, String(row.seq)),
    source: row.source,
    connectionId: row.connection_id,
    ingress: row.ingress,
    trace: row.trace,
    subject: null,
    body,
  };
}

/** The lane's key says how the brain named the conversation: `~<connection>/ref:<ref>` or `~<connection>/id:<id>`. */
async function findConversation(db: Pool, lane: ClaimedLane<ClaimedEvent>) {
  const [connectionId = '', name = ''] = lane.lane.slice(1).split('/', 2);
  if (name.startsWith('ref:')) return await findOwnByRef(db, lane.portal, connectionId, name.slice(4));
  if (name.startsWith('id:')) {
    return await findByRemoteId(db, {
      portal: lane.portal,
      connectionId,
      remoteId: name.slice(3),
      waitingLane: lane.lane,
    });
  }
  return null;
}
