/** Composes what concerns the accounts at brains: the tools of connectors, the connectors, and the service that joins and leaves accounts. */
import type { Settings } from '../config.ts';
import { type ConnectionService, createConnectionService } from '../connections/connection-service.ts';
import { type ConnectorRegistry, createConnectorRegistry } from '../connections/connector-registry.ts';
import { createConnectorTools, type ToolsFor } from '../connections/connector-tools.ts';
import type { Brain } from '../core/brain.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { RateLimiters } from '../runtime/rate-limiter.ts';
import type { RecentFacts } from '../runtime/recent-facts.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { Pool } from '../store/database.ts';
import type { Portals } from './compose-portals.ts';
import type { Remotes } from './compose-remotes.ts';

export interface Connections {
  readonly toolsFor: ToolsFor;
  readonly registry: ConnectorRegistry;
  readonly service: ConnectionService;
}

export interface ComposeConnectionsOptions {
  readonly settings: Pick<Settings, 'PUBLIC_URL'>;
  readonly db: Pool;
  readonly brains: readonly Brain[];
  readonly sealer: Sealer;
  readonly remotes: Pick<Remotes, 'guard' | 'hotHttp' | 'rareHttp'>;
  readonly portals: Pick<Portals, 'cache' | 'client'>;
  readonly rateLimiters: RateLimiters;
  readonly recent: RecentFacts;
  readonly wakeups: Wakeups;
  readonly log: Logger;
}

export function composeConnections(options: ComposeConnectionsOptions): Connections {
  const { db, brains, sealer, portals, wakeups, log } = options;
  const publicUrl = options.settings.PUBLIC_URL;
  const toolsFor = createConnectorTools({
    db,
    guard: options.remotes.guard,
    http: options.remotes.hotHttp,
    fileHttp: options.remotes.rareHttp,
    client: portals.client,
    portals: portals.cache,
    rateLimiters: options.rateLimiters,
    recent: options.recent,
    publicUrl,
    log,
  });
  const registry = createConnectorRegistry({ db, sealer, brains, toolsFor });
  portals.cache.onForget((portal) => registry.evictPortal(portal));
  const service = createConnectionService({
    db,
    sealer,
    portals: portals.cache,
    connectors: registry,
    toolsFor,
    wakeups,
    log,
    publicUrl,
  });
  return { toolsFor, registry, service };
}
