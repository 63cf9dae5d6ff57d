/** Composes the HTTP side and listens: probes and metrics in every role, endpoints and pages in the role `web`. */
import type { Server } from 'node:http';
import { createConnectorHost } from '../connections/connector-host.ts';
import { closeServer, createHttpApp, listen } from '../http/app.ts';
import { type BodyReader, createBodyReader } from '../http/body-reader.ts';
import { mountBrainRoutes } from '../http/brain-routes.ts';
import { createEventEndpoint } from '../http/event-endpoint.ts';
import { mountFiles } from '../http/file-route.ts';
import { mountHealth } from '../http/health.ts';
import { listenForMetrics, mountMetrics } from '../http/metrics-route.ts';
import { mountPages } from '../http/pages.ts';
import { createRefusals, type Refusals } from '../http/refusals.ts';
import { createSenderFinder } from '../http/sender.ts';
import { createWebhookEndpoint } from '../http/webhook-endpoint.ts';
import { systemClock } from '../lib/clock.ts';
import type { Acceptance } from '../queue/acceptance.ts';
import { createQueueMeter } from '../runtime/queue-meter.ts';
import { createReadiness } from '../runtime/readiness.ts';
import type { Base } from './base.ts';
import type { Queue } from './compose-queue.ts';

export interface Front {
  readonly server: Server;
  readonly metricsServer: Server | null;
  /** Takes no new requests, answers those under way, and resolves when the last connection is gone. */
  close(): Promise<void>;
}

export async function serve(base: Base, queue: Queue, acceptance: Acceptance): Promise<Front> {
  const { settings, db, metrics, log } = base;
  const bodies = createBodyReader(systemClock);
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
    ...(settings.ROLES.includes('web') ? publicRoutes(base, queue, acceptance, { bodies, refusals }) : {}),
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

function publicRoutes(
  base: Base,
  { portals, connections, synchronousReplies }: Queue,
  acceptance: Acceptance,
  { bodies, refusals }: { readonly bodies: BodyReader; readonly refusals: Refusals },
) {
  const { settings, db, endpointDb, brains, brainSettings, sealer, wakeups, metrics, log } = base;
  const { cache, endpointCache, installation } = portals;
  const { connectors, service: connectionService, toolsFor, fileLinks } = connections;
  const scriptUrl = settings.B24_JS_URL;
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
    files: mountFiles({
      db,
      portals: cache,
      client: portals.client,
      fileLinks,
      streams: base.fileStreams,
      clock: systemClock,
    }),
    brainRoutes: mountBrainRoutes({
      bodies,
      brains,
      hostOf(brain) {
        const own = brainSettings.get(brain.name);
        return createConnectorHost({ db, sealer, connectors, connectionService, toolsFor, settings: own }, brain);
      },
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
      connectionService,
      log,
      scriptUrl,
    }),
  };
}
