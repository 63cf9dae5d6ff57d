/** Composes what concerns the accounts at brains: the tools of connectors, the connectors, and the service that connects and disconnects accounts. */
import { createConnectionService } from '../connections/connection-service.ts';
import { createConnectorRegistry } from '../connections/connector-registry.ts';
import { createConnectorTools } from '../connections/connector-tools.ts';
import { createFileLinks } from '../connections/file-links.ts';
import { systemClock } from '../lib/clock.ts';
import type { Base } from './base.ts';
import type { Portals } from './compose-portals.ts';

export type Connections = ReturnType<typeof composeConnections>;

export function composeConnections(base: Base, { cache: portals, client }: Portals) {
  const { settings, timings, db, sealer, brains, brainSettings, guard, rateLimiters, recent, metrics, wakeups, log } =
    base;
  const publicUrl = settings.PUBLIC_URL;
  const fileLinks = createFileLinks({ sealer, publicUrl, validHours: settings.FILE_LINK_HOURS, clock: systemClock });
  const shared = { db, guard, client, portals, rateLimiters, recent, metrics, fileLinks, publicUrl, log };
  const toolsFor = createConnectorTools({ ...shared, http: base.hotHttp, brainHttp: base.brainHttp });
  const connectors = createConnectorRegistry({ db, sealer, brains, toolsFor, believedMs: timings.believedMs });
  portals.onForget((portal) => connectors.evictPortal(portal));
  /** For files that people open by a link. */
  const linkConnectors = createConnectorRegistry({
    ...{ db, sealer, brains, believedMs: timings.believedMs },
    toolsFor: createConnectorTools({ ...shared, http: base.linkHttp, brainHttp: base.linkHttp }),
  });
  portals.onForget((portal) => linkConnectors.evictPortal(portal));
  const service = createConnectionService({
    ...{ db, sealer, portals, connectors, toolsFor, wakeups, log, publicUrl, brainSettings },
  });
  return { toolsFor, connectors, linkConnectors, service, fileLinks };
}
