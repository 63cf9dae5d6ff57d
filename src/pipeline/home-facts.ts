/** What a brain may know of the portal behind its connection. */
import type { Connection } from '../core/connector.ts';
import type { HomeFacts } from '../core/connector-tools.ts';
import type { KnownPortal } from './directory.ts';

/** A portal that has not been asked yet counts as a present one, as it does for sending. */
export function homeFacts(known: KnownPortal, connection: Pick<Connection, 'id'>): HomeFacts {
  const bot = known.bots.find((row) => row.connection_id === connection.id && row.state !== 'deleted');
  return { hasV2: known.portal?.has_v2 !== false, botType: bot?.type ?? null };
}
