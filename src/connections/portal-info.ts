/** What a brain may know of the portal behind its connection. */
import type { Connection } from '../core/connector.ts';
import type { PortalInfo } from '../core/connector-tools.ts';
import type { KnownPortal } from '../portals/portal-cache.ts';

/** A portal that has not been asked yet counts as a present one, as it does for sending. */
export function portalInfo(known: KnownPortal, connection: Pick<Connection, 'id'>): PortalInfo {
  const bot = known.bots.find((row) => row.connection_id === connection.id && row.state !== 'deleted');
  return { hasV2: known.portal?.has_v2 !== false, botType: bot?.type ?? null };
}
