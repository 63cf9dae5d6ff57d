/** Composes the HTTP side and listens: probes and metrics in every role, endpoints and pages in the role `web`. */
import type { Server } from 'node:http';
import { endpoints } from '../api/endpoint-list.ts';
import { mountApi } from '../api/mount-api.ts';
import type { ApiServices } from '../api/services.ts';
import { createConnectorHost } from '../connections/connector-host.ts';
import { createPortalHealth } from '../doctor/portal-health.ts';
import { closeServer, createHttpApp, listen } from '../http/app.ts';
import { type BodyReader, createBodyReader } from '../http/body-reader.ts';
import { mountBotPictures } from '../http/bot-pictures.ts';
import { mountBrainRoutes } from '../http/brain-routes.ts';
import { type AskOthers, createAskOthers } from '../http/cells/ask-others.ts';
import { createForwarding } from '../http/cells/forwarding.ts';
import { createPassOn } from '../http/cells/pass-on.ts';
import { createEventEndpoint } from '../http/event-endpoint.ts';
import { mountFiles } from '../http/file-route.ts';
import { mountHealth } from '../http/health.ts';
import { listenForMetrics, mountMetrics } from '../http/metrics-route.ts';
import { mountPages } from '../http/pages.ts';
import { createRefusals, type Refusals } from '../http/refusals.ts';
import { createSenderFinder } from '../http/sender-address.ts';
import { mountSettingsForm } from '../http/settings-form/settings-form.ts';
import { createWebhookEndpoint } from '../http/webhook-endpoint.ts';
import { systemClock } from '../lib/clock.ts';
import type { Acceptance } from '../queue/acceptance.ts';
import { createQueueMeter } from '../runtime/queue-meter.ts';
import { createReadiness } from '../runtime/readiness.ts';
import { lineBots } from '../store/tenants/conversations.ts';
import type { Base } from './base.ts';
import type { Queue } from './compose-queue.ts';

export interface Front {
  readonly server: Server;
  readonly metricsServer: Server | null;
  /** Says that it is not ready; after DRAIN_SECONDS takes no new requests, answers those under way, and resolves when the last connection is gone. */
  close(): Promise<void>;
}

/** @param listenFd descriptor of a socket that already listens, used in place of PORT; null: none */
export async function serve(base: Base, queue: Queue, acceptance: Acceptance, listenFd: number | null): Promise<Front> {
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
  const place = listenFd === null ? { port: settings.PORT, host: settings.HOST } : { fd: listenFd };
  const server = await listen(app, place);
  return {
    server,
    metricsServer,
    async close() {
      isServing = false;
      if (settings.ROLES.includes('web')) await systemClock.sleep(settings.DRAIN_SECONDS * 1_000);
      await Promise.all([closeServer(server), metricsServer === null ? null : closeServer(metricsServer)]);
      bodies.close();
      refusals.close();
    },
  };
}

interface Guards {
  readonly bodies: BodyReader;
  readonly refusals: Refusals;
}

function publicRoutes(base: Base, queue: Queue, acceptance: Acceptance, guards: Guards) {
  const { forwarding, others } = betweenCells(base, queue, guards);
  return {
    ...(forwarding === null ? {} : { forwarding }),
    ...machineRoutes(base, queue, acceptance, { ...guards, others }),
    ...peopleRoutes(base, queue, guards),
  };
}

/** For an installation of several cells. */
function betweenCells({ settings, sealer, cellHttp: http }: Base, { portals: { cells } }: Queue, { bodies }: Guards) {
  if (cells === null || http === null) return { forwarding: null, others: null };
  const options = { cells, sealer, http, publicUrl: settings.PUBLIC_URL, clock: systemClock };
  const passOn = createPassOn(options);
  return { forwarding: createForwarding({ ...options, passOn, bodies }), others: createAskOthers({ cells, passOn }) };
}

/** The routes that Bitrix24 and the brains call. */
function machineRoutes(
  { db, endpointDb, brains, brainSettings, sealer, metrics, tracing, log, linkHttp }: Base,
  { portals, connections, synchronousReplies }: Queue,
  acceptance: Acceptance,
  { bodies, others }: Guards & { readonly others: AskOthers | null },
) {
  const { cache, endpointCache, cells, installation, client } = portals;
  const { connectors, linkConnectors, service: connectionService, toolsFor, fileLinks } = connections;
  return {
    eventEndpoint: createEventEndpoint({
      ...{ bodies, acceptance, portals: endpointCache, cells, installation, metrics, tracing, log },
      lineBots: (portal, dialogId, codes) => lineBots(endpointDb, { portal, dialogId }, codes),
    }),
    webhookEndpoint: createWebhookEndpoint({
      cells,
      db: endpointDb,
      sealer,
      bodies,
      connectors,
      acceptance,
      synchronousReplies,
      tracing,
      log,
    }),
    files: mountFiles({
      db,
      cells,
      portals: cache,
      client,
      connectors: linkConnectors,
      fileLinks,
      http: linkHttp,
      clock: systemClock,
    }),
    brainRoutes: mountBrainRoutes({
      bodies,
      brains,
      others,
      hostOf(brain) {
        const own = brainSettings.get(brain.name);
        return createConnectorHost({ db, sealer, connectors, connectionService, toolsFor, settings: own }, brain);
      },
    }),
  };
}

/** The routes of what people see in their portal. */
function peopleRoutes(base: Base, { portals, connections }: Queue, { bodies, refusals }: Guards) {
  const { settings, db, brains, sealer, wakeups } = base;
  const { cache, installation } = portals;
  const { service: connectionService } = connections;
  return {
    api: mountApi({
      endpoints,
      services: apiServices(base, portals, connections),
      cells: portals.cells,
      bodies,
      refusals,
      clock: systemClock,
    }),
    settingsForm: mountSettingsForm({
      db,
      bodies,
      brains,
      wakeups,
      connectionService,
      portals: cache,
      installation,
      publicUrl: settings.PUBLIC_URL,
      clientId: settings.B24_CLIENT_ID,
    }),
    pictures: mountBotPictures(db),
    pages: mountPages({ bodies, refusals, portals: cache, installation, sealer }),
  };
}

function apiServices(
  base: Base,
  { client, cache, confirmRole }: Queue['portals'],
  connections: Queue['connections'],
): ApiServices {
  const { settings, db, brains, wakeups, sealer, log } = base;
  return {
    db,
    brains,
    wakeups,
    sealer,
    client,
    connectionService: connections.service,
    connectors: connections.connectors,
    portals: cache,
    portalHealth: createPortalHealth({ db, client, brains, sealer, publicUrl: settings.PUBLIC_URL }),
    webhookHttp: base.rareHttp,
    confirmRole,
    usualRate: { perSecond: settings.B24_RATE_PER_SECOND, burst: settings.B24_RATE_BURST },
    retentionDays: settings.RETENTION_DAYS,
    log,
  };
}
