/** Decodes a stored row into the app's events, whatever its source. */
import { decodeEvent } from '../bitrix24/events/decode-event.ts';
import type { LaneBot } from '../bitrix24/events/read-params.ts';
import type { KnownConnector } from '../connections/connector-registry.ts';
import { BadInput } from '../core/errors.ts';
import type { AppEvent, ChatEvent } from '../core/events.ts';
import type { InboxRow, NewEvent } from '../store/queue/inbox.ts';
import { dialogOf, inboxLane } from '../store/queue/lane-names.ts';
import { storableJson } from '../store/storable.ts';
import type { ConversationId } from '../store/tenants/conversations.ts';

export type ReadEvent =
  | { readonly kind: 'chat'; readonly events: readonly ChatEvent[] }
  | { readonly kind: 'app'; readonly event: AppEvent }
  | { readonly kind: 'nothing'; readonly reason: string };

/** The source of rows that the app itself writes: replies returned by a delivery, and the results of sends. */
export const ownSource = 'bridge';

/**
 * Throws when the row cannot be read.
 *
 * @param connector the connector of the row's connection; null for rows without a connection
 * @param bot the bot of the row's lane; null where it is unknown, and for rows without a bot
 */
export function readEvent(row: InboxRow, connector: KnownConnector | null, bot: LaneBot | null): ReadEvent {
  if (row.source === 'bitrix24') {
    return decodeEvent(row.body, bot ?? { code: dialogOf(row.lane).botCode, id: null });
  }
  // Written by `ownEvent` below, in this program.
  if (row.source === ownSource) return { kind: 'chat', events: JSON.parse(row.body.toString('utf8')) };
  // No row of a connection is stored without its ingress.
  if (connector === null || row.ingress === null) {
    throw new BadInput({
      code: 'event.no_connection',
      message: 'the connection this event came through is gone',
      report: true,
    });
  }
  return {
    kind: 'chat',
    events: connector.connector.decode({ body: row.body, receivedAt: row.received_at, ingress: row.ingress }),
  };
}

/** A row with source `ownSource` for the inbox lane of a conversation. */
export function ownEvent(
  { portal, botCode, dialogId }: ConversationId,
  events: readonly ChatEvent[],
  row: Pick<NewEvent, 'dedupeKey' | 'trace'> & Partial<Pick<NewEvent, 'subject'>>,
): NewEvent {
  const lane = inboxLane(botCode, dialogId);
  const body = Buffer.from(storableJson(events));
  return { portal, lane, source: ownSource, connectionId: null, ingress: null, subject: null, body, ...row };
}
