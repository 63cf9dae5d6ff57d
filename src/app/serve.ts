/** Composes the HTTP side and listens: probes and metrics in every role, endpoints and pages in the role `web`. */
import type { Server } from 'node:http';
import type { Settings } from '../config.ts';
import { createConnectorHost } from '../connections/connector-host.ts';
import type { Brain } from '../core/brain.ts';
import { closeServer, createHttpApp, listen } from '../http/app.ts';
import { type Bodies, createBodies } from '../http/bodies.ts';
import { mountBrainRoutes } from '../http/brain-routes.ts';
import { createEventEndpoint } from '../http/event-endpoint.ts';
import { mountHealth } from '../http/health.ts';
import { listenForMetrics, mountMetrics } from '../http/metrics-route.ts';
import { mountPages } from '../http/pages.ts';
import { createRefusals, type Refusals } from '../http/refusals.ts';
import { createSenderFinder } from '../http/sender.ts';
import { createWebhookEndpoint } from '../http/webhook-endpoint.ts';
import { systemClock } from '../lib/clock.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { Acceptance } from '../queue/acceptance.ts';
import type { SynchronousReplies } from '../queue/synchronous-replies.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { createQueueMeter } from '../runtime/queue-meter.ts';
import { createReadiness } from '../runtime/readiness.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { Pool } from '../store/database.ts';
import type { Connections } from './compose-connections.ts';
import type { Portals } from './compose-portals.ts';

export interface ServeOptions {
  readonly settings: Settings;
  readonly db: Pool;
  readonly endpointDb: Pool;
  readonly brains: readonly Brain[];
  /** Checked settings of brains, by the brain's name. */
  readonly brainSettings: ReadonlyMap<string, unknown>;
  readonly sealer: Sealer;
  readonly portals: Portals;
  readonly connections: Connections;
  readonly acceptance: Acceptance;
  readonly synchronousReplies: SynchronousReplies | null;
  readonly wakeups: Wakeups;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface Front {
  readonly server: Server;
  readonly metricsServer: Server | null;
  /** Takes no new requests, answers those under way, and resolves when the last connection is gone. */
  close(): Promise<void>;
}

export async function serve(options: ServeOptions): Promise<Front> {
  const { settings, db, metrics, log } = options;
  const bodies = createBodies(systemClock);
  const refusals = createRefusals({ log, metrics, clock: systemClock });
  const figures = {
    metrics,
    meter: createQueueMeter(db, metrics, log, systemClock),
    token: settings.METRICS_TOKEN ?? null,
  };
  let isServing = true;
  const app = createHttpApp({
    log,
    refusals,
    findSender: createSenderFinder(settings.TRUSTED_PROXIES),
    isServing: () => isServing,
    ...(settings.ROLES.includes('web') ? publicRoutes(options, bodies, refusals) : {}),
    health: mountHealth({ readiness: createReadiness(db, systemClock), isServing: () => isServing }),
    ...(settings.METRICS_PORT === undefined ? { figures: mountMetrics(figures) } : {}),
  });
  const metricsServer =
    settings.METRICS_PORT === undefined ? null : await listenForMetrics(figures, settings.METRICS_PORT, settings.HOST);
  const server = await listen(app, settings.PORT, settings.HOST);
  return {
    server,
    metricsServer,
    async close() {
      isServing = false;
      await Promise.all([closeServer(server), metricsServer === null ? null : closeServer(metricsServer)]);
      bodies.close();
      refusals.close();
    },
  };
}

function publicRoutes(options: ServeOptions, bodies: Bodies, refusals: Refusals) {
  const { settings, db, endpointDb, brains, sealer, acceptance, wakeups, metrics, log } = options;
  const { cache, endpointCache, installation } = options.portals;
  const { registry: connectors, service: connectionService, toolsFor } = options.connections;
  const { synchronousReplies } = options;
  return {
    eventEndpoint: createEventEndpoint({ bodies, acceptance, portals: endpointCache, installation, metrics, log }),
    webhookEndpoint: createWebhookEndpoint({
      db: endpointDb,
      sealer,
      bodies,
      connectors,
      acceptance,
      synchronousReplies,
      log,
    }),
    brainRoutes: mountBrainRoutes({
      bodies,
      brains,
      hostOf: (brain) =>
        createConnectorHost(
          { db, sealer, connectors, connectionService, toolsFor, settings: options.brainSettings.get(brain.name) },
          brain,
        ),
    }),
    pages: mountPages({
      bodies,
      refusals,
      db,
      portals: cache,
      installation,
      sealer,
      wakeups,
      brains,
      scriptUrl: settings.B24_JS_URL,
    }),
  };
}
