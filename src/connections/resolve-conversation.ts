/** Finds the lane of a brain's message, whichever name the brain gave its conversation. */

import type { Incoming } from '../core/connector.ts';
import { newTrace } from '../lib/tracing/trace-ids.ts';
import type { Db } from '../store/database.ts';
import type { NewEvent } from '../store/queue/inbox.ts';
import { dedupeKey, inboxLane, isUnbound, unboundLane } from '../store/queue/lane-names.ts';
import { findByRemoteId, findOwnByRef } from '../store/tenants/conversations.ts';

/** The connection a message came through. */
export interface ResolveOptions {
  readonly portal: string;
  readonly connectionId: string;
  readonly brain: string;
  /** What stores the messages: the webhook endpoint, or a listener. */
  readonly ingress: 'webhook' | 'socket';
}

/** A row for the inbox. */
export interface RoutedEvent extends NewEvent {
  /** Its conversation is known, even if the event waits behind messages that came before it was known. */
  readonly isKnown: boolean;
}

/**
 * Rows for the inbox, in the given order. Messages of a conversation that is not known yet wait in a lane of their own; while any of them
 * waits there, later ones of the same conversation stand behind it.
 */
export async function toNewEvents(
  db: Db,
  intake: ResolveOptions,
  incoming: readonly Incoming[],
): Promise<RoutedEvent[]> {
  const events: RoutedEvent[] = [];
  const waiting = new Set<string>();
  for (const message of incoming) {
    const place = await placeOf(db, intake, message, waiting);
    if (place === null) continue;
    if (isUnbound(place.lane)) waiting.add(place.lane);
    events.push({
      portal: intake.portal,
      ...place,
      dedupeKey: dedupeKey('brain', intake.connectionId, message.dedupeKey),
      source: intake.brain,
      connectionId: intake.connectionId,
      ingress: intake.ingress === 'socket' && message.caughtUp === true ? 'catch_up' : intake.ingress,
      trace: newTrace(),
      subject: message.dedupeKey.slice(0, 200),
      body: message.body,
    });
  }
  return events;
}

/**
 * Null for a message that is wanted only in a known conversation, if its conversation is not known.
 *
 * @param waiting lanes in which messages of the same batch are about to wait
 */
async function placeOf(
  db: Db,
  intake: ResolveOptions,
  { conversation, ifKnown }: Incoming,
  waiting: ReadonlySet<string>,
): Promise<Pick<RoutedEvent, 'lane' | 'isKnown'> | null> {
  const { portal, connectionId } = intake;
  if ('ref' in conversation) {
    // A ref is known before anybody outside has seen it, so nothing can wait for one that is found.
    const found = await findOwnByRef(db, portal, connectionId, conversation.ref);
    if (found !== null) return { lane: inboxLane(found.botCode, found.dialogId), isKnown: true };
    return ifKnown === true ? null : { lane: unboundLane(connectionId, `ref:${conversation.ref}`), isKnown: false };
  }
  const waitingLane = unboundLane(connectionId, `id:${conversation.remoteId}`);
  const found = await findByRemoteId(db, { portal, connectionId, remoteId: conversation.remoteId, waitingLane });
  if (found === null) return ifKnown === true ? null : { lane: waitingLane, isKnown: false };
  const isBehind = found.hasWaiting || waiting.has(waitingLane);
  return { lane: isBehind ? waitingLane : inboxLane(found.botCode, found.dialogId), isKnown: true };
}
