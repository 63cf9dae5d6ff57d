/** The parts of the app that endpoints call. */
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import type { ConnectionService } from '../connections/connection-service.ts';
import type { ConnectorRegistry } from '../connections/connector-registry.ts';
import type { Brain } from '../core/brain.ts';
import type { PortalHealth } from '../doctor/portal-health.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { Logger } from '../lib/logger.ts';
import type { ConfirmRole } from '../portals/confirm-role.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import type { Rate } from '../portals/portal-rate-limiter.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { Pool } from '../store/database.ts';

export interface ApiServices {
  readonly db: Pool;
  readonly brains: readonly Brain[];
  readonly wakeups: Wakeups;
  readonly sealer: Sealer;
  /** Calls the portals. */
  readonly client: PortalClient;
  readonly connectionService: ConnectionService;
  readonly connectors: Pick<ConnectorRegistry, 'connectorById'>;
  readonly portals: Pick<PortalCache, 'forget'>;
  readonly portalHealth: PortalHealth;
  readonly webhookHttp: HttpClient;
  readonly confirmRole: ConfirmRole;
  /** The rate of portals that have none of their own. */
  readonly usualRate: Rate;
  /** The longest that messages are kept. */
  readonly retentionDays: number;
  readonly log: Logger;
}
