/** Finds the lane of a brain's message, whichever name the brain gave its conversation. */

import type { Incoming } from '../core/connector.ts';
import { randomToken } from '../lib/encryption.ts';
import type { Db } from '../store/database.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import { dedupeKey, inboxLane, unboundLane } from '../store/queue/lane-names.ts';
import { findByRemoteId, findOwnByRef } from '../store/tenants/conversations.ts';

/** The connection a message came through. */
export interface ResolveOptions {
  readonly portal: string;
  readonly connectionId: string;
  readonly brain: string;
  /** What stores the messages: the webhook endpoint, or a listener. */
  readonly ingress: 'webhook' | 'socket';
}

/** Rows for the inbox, in the given order. A conversation nobody knows yet gets a waiting lane of its own. */
export async function toNewEvents(db: Db, intake: ResolveOptions, incoming: readonly Incoming[]): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  for (const message of incoming) {
    const lane = await laneOf(db, intake, message);
    if (lane === null) continue;
    events.push({
      portal: intake.portal,
      lane,
      dedupeKey: dedupeKey('brain', intake.connectionId, message.dedupeKey),
      source: intake.brain,
      connectionId: intake.connectionId,
      ingress: intake.ingress === 'socket' && message.caughtUp === true ? 'catch_up' : intake.ingress,
      trace: randomToken(9),
      subject: message.dedupeKey.slice(0, 200),
      body: message.body,
    });
  }
  return events;
}

/** Null: a message that is wanted only in a known conversation, and there is none. */
async function laneOf(db: Db, intake: ResolveOptions, message: Incoming): Promise<string | null> {
  const { conversation } = message;
  const found =
    'ref' in conversation
      ? await findOwnByRef(db, intake.portal, intake.connectionId, conversation.ref)
      : await findByRemoteId(db, intake.portal, intake.connectionId, conversation.remoteId);
  if (found !== null) return inboxLane(found.botCode, found.dialogId);
  if (message.ifKnown === true) return null;
  const name = 'ref' in conversation ? `ref:${conversation.ref}` : `id:${conversation.remoteId}`;
  return unboundLane(intake.connectionId, name);
}
