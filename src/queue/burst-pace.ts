/** How long messages of a bot wait to be delivered together: as its own setting says, or else as its brain does. */
import type { ConnectorRegistry } from '../connections/connector-registry.ts';
import type { Brain } from '../core/brain.ts';
import type { BurstPace } from '../core/waiting-messages.ts';
import type { BotRow } from '../store/tenants/bots.ts';

/** A customer who waits longer for an answer has left. */
const longest = { quietMs: 60_000, maxMs: 300_000 };

/** A bot with its own setting waits at most this many times as long. */
const mostQuietTimes = 5;

/** Undefined: each message is delivered at once. */
export async function burstPaceOf(
  connectors: Pick<ConnectorRegistry, 'connectorById'>,
  { portal, burst_ms: ownMs, connection_id: connectionId }: BotRow,
  brain: Brain,
): Promise<BurstPace | undefined> {
  if (ownMs === 0) return undefined;
  if (ownMs !== null) return { quietMs: ownMs, maxMs: ownMs * mostQuietTimes };
  if (brain.pace === undefined) return undefined;
  const account = connectionId === null ? null : await connectors.connectorById(portal, connectionId);
  const { burst } = connectionId === null ? brain.pace(null) : (account?.pace ?? {});
  if (burst === undefined || !(burst.quietMs > 0)) return undefined;
  const quietMs = Math.min(burst.quietMs, longest.quietMs);
  return { quietMs, maxMs: Math.min(Math.max(burst.maxMs, quietMs), longest.maxMs) };
}
