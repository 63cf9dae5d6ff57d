/** Wires the rooms of the house together and starts what this process is to do. Used by `main.ts`, the sandbox and the tests alike. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crmAddress } from './bitrix24/crm-address.ts';
import { openChannelName } from './bitrix24/open-channels.ts';
import { createOAuthClient } from './bitrix24/rest/oauth-client.ts';
import { createPortalClient } from './bitrix24/rest/portal-client.ts';
import { readBrainSettings } from './brain-settings.ts';
import type { Settings } from './config.ts';
import { createConnectionService } from './connections/connection-service.ts';
import { createConnectorHost } from './connections/connector-host.ts';
import { connectorState } from './connections/connector-state.ts';
import { findCustomerInfo } from './connections/customer-info.ts';
import { startHealthChecks } from './connections/health-checks.ts';
import { startListenerSupervisor } from './connections/listener-supervisor.ts';
import { missedMessages } from './connections/missed-messages.ts';
import { openPortalFile } from './connections/portal-files.ts';
import { portalInfo } from './connections/portal-info.ts';
import { findPortalUser } from './connections/portal-user.ts';
import type { Brain } from './core/brain.ts';
import type { Connection } from './core/connector.ts';
import type { ConnectorTools } from './core/connector-tools.ts';
import { closeServer, createHttpApp, listen } from './http/app.ts';
import { createBodyReader } from './http/body-reader.ts';
import { mountBrainRoutes } from './http/brain-routes.ts';
import { createEventEndpoint } from './http/event-endpoint.ts';
import { mountHealth } from './http/health.ts';
import { listenForMetrics, mountMetrics } from './http/metrics-route.ts';
import { mountPages } from './http/pages.ts';
import { createRefusals } from './http/refusals.ts';
import { createSenderFinder } from './http/sender.ts';
import { createWebhookEndpoint } from './http/webhook-endpoint.ts';
import { systemClock } from './lib/clock.ts';
import { createSealer } from './lib/encryption.ts';
import { createGotClient } from './lib/http-engine-got.ts';
import { createUndiciClient } from './lib/http-engine-undici.ts';
import type { Logger } from './lib/logger.ts';
import { createNetworkGuard, socketLookup } from './lib/network-guard.ts';
import { createDirectory } from './portals/directory.ts';
import { createInstallation } from './portals/installation.ts';
import { createPortalRateLimiter } from './portals/portal-rate-limiter.ts';
import { createTokenProvider } from './portals/token-provider.ts';
import { createAcceptance } from './queue/acceptance.ts';
import { createAppActions } from './queue/app-actions.ts';
import { createExecutor } from './queue/execute-action.ts';
import { startInboxWorker } from './queue/inbox-worker.ts';
import { startMaintenance } from './queue/maintenance.ts';
import { startOutboxWorker } from './queue/outbox-worker.ts';
import { createSynchronousReplies } from './queue/synchronous-replies.ts';
import { createMetrics } from './runtime/metrics.ts';
import { createNotifyWakeup, startNotifyListener } from './runtime/notify-wakeup.ts';
import { createQueueMeter } from './runtime/queue-meter.ts';
import { createRateLimiter } from './runtime/rate-limiter.ts';
import { createReadiness } from './runtime/readiness.ts';
import { createRecentFacts } from './runtime/recent-facts.ts';
import { createSharedBudgets } from './runtime/shared-budgets.ts';
import { createWakeups } from './runtime/wakeup.ts';
import type { WorkLoop } from './runtime/work-loop.ts';
import { startWorkerLife, type WorkerLife } from './runtime/worker-life.ts';
import { openDatabase, type Pool } from './store/database.ts';
import { migrateToLatest } from './store/migrate.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly databaseUrl: string;
  readonly appSecret: Buffer;
  /** This process has just started the database server itself. */
  readonly isServerOurs?: boolean;
  readonly brains: readonly Brain[];
  readonly log: Logger;
  /** Log lines lost so far, for the metrics; absent: none can be lost. */
  readonly droppedLogLines?: () => number;
}

export interface App {
  /** The port it listens on: for probes and metrics in every role, for everything else in the role `web`. */
  readonly port: number;
  /** Of the metrics, where they have one of their own. */
  readonly metricsPort: number | null;
  /** Stops taking, finishes what was taken, closes everything. */
  stop(): Promise<void>;
}

/** Starts everything; resolves when it serves. */
export async function startApp(options: AppOptions): Promise<App> {
  const { settings } = options;
  await migrateToLatest(options.databaseUrl);
  const db = openDatabase({ url: options.databaseUrl, poolSize: settings.DATABASE_POOL });
  // Bitrix24 does not repeat an event: whatever else uses up the other connections, accepting one goes on.
  const endpointDb = openDatabase({ url: options.databaseUrl, poolSize: settings.ENDPOINT_DATABASE_POOL });
  try {
    return await assemble(options, db, endpointDb);
  } catch (error) {
    await Promise.all([db.destroy(), endpointDb.destroy()]);
    throw error;
  }
}

async function assemble(options: AppOptions, db: Pool, endpointDb: Pool): Promise<App> {
  const parts = build(options, db, endpointDb);
  const { loops, life } = await startLoops(options, db, parts);
  let isServing = true;
  const front = await serve(options, { db, endpointDb }, parts, () => isServing);
  return {
    port: portOf(front.server),
    metricsPort: front.metricsServer === null ? null : portOf(front.metricsServer),
    async stop() {
      isServing = false;
      await front.close();
      await parts.acceptance.idle();
      await Promise.all(loops.map((loop) => loop.stop()));
      // Only now: what was leased stayed proven until it was given back.
      await life?.stop();
      await parts.tokenProvider.idle();
      await Promise.all([parts.fast.close(), parts.careful.close()]);
      await Promise.all([db.destroy(), endpointDb.destroy()]);
    },
  };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

type Parts = ReturnType<typeof build>;

function build(options: AppOptions, db: Pool, endpointDb: Pool) {
  const { settings, log } = options;
  const brainSettings = readBrainSettings(options.brains, settings.BRAIN_SETTINGS);
  const metrics = createMetrics(options.droppedLogLines);
  // Where another process does the work, it has to be told; a worker's own wakeups ring at home.
  const wakeups = settings.ROLES.includes('worker')
    ? createWakeups()
    : { inbox: createNotifyWakeup(db, 'inbox', log), outbox: createNotifyWakeup(db, 'outbox', log) };
  const sealer = createSealer({
    current: options.appSecret,
    ...(settings.APP_SECRET_PREVIOUS === undefined ? {} : { previous: settings.APP_SECRET_PREVIOUS }),
  });
  const guard = createNetworkGuard({ allowedPrivateHosts: settings.ALLOWED_PRIVATE_HOSTS });
  // Calls into portals and to brains are the hot ones: undici takes a tenth of got's processor time a call, and less memory (decision 0006).
  const fast = createUndiciClient({ guard });
  const careful = createGotClient({ guard });
  const budgets = createSharedBudgets(db);
  const pacing = { budgets, clock: systemClock, log };
  const recent = createRecentFacts();
  const tools = (connection: Connection): ConnectorTools => ({
    http: fast,
    rateLimiter: (bucket, rate) => createRateLimiter(pacing, connection.portal, bucket, rate),
    lookupFor: (url) => socketLookup(guard, url),
    openPortalFile: (to, file, signal) =>
      openPortalFile({ client, directory, http: careful }, connection.portal, to, file, signal),
    missedMessages: (to, from, until) => missedMessages(db, connection.portal, to, from, until),
    crmAddress: async (link) => {
      const { portal } = await directory.portal(connection.portal);
      return portal === null ? null : crmAddress(portal.domain, link);
    },
    portalUser: (to, dialogId, userId, signal) =>
      findPortalUser({ client, directory }, connection.portal, { to, dialogId, userId }, signal),
    customerInfo: (to, dialogId, userId, signal) =>
      findCustomerInfo({ client, directory }, connection.portal, { to, dialogId, userId }, signal),
    openChannelName: (lineId, signal) => openChannelName(client, connection.portal, lineId, signal),
    portalInfo: async () => portalInfo(await directory.portal(connection.portal), connection),
    state: connectorState(db, connection.portal, connection.id, recent),
    publicUrl: settings.PUBLIC_URL,
    log: (message, details) => log.info({ connection: connection.id, ...details }, message),
  });
  const endpointDirectory = createDirectory({ db: endpointDb, sealer, brains: options.brains, tools });
  const directory = createDirectory({ db, sealer, brains: options.brains, tools, beside: endpointDirectory });
  const connectionService = createConnectionService({
    db,
    sealer,
    directory,
    tools,
    wakeups,
    log,
    publicUrl: settings.PUBLIC_URL,
  });
  const oauth = createOAuthClient({
    http: careful,
    clientId: settings.B24_CLIENT_ID,
    clientSecret: settings.B24_CLIENT_SECRET,
    hosts: settings.B24_OAUTH_HOSTS,
  });
  const tokenProvider = createTokenProvider({ db, directory, sealer, oauth, guard, log });
  const usual = { perSecond: settings.B24_RATE_PER_SECOND, burst: settings.B24_RATE_BURST };
  const rateLimiter = createPortalRateLimiter(budgets, directory, metrics, systemClock, usual);
  const client = createPortalClient(fast, tokenProvider, rateLimiter, ({ method, code, ms }) => {
    metrics.restCalls.inc({ code });
    metrics.restSeconds.observe(ms / 1000);
    log.debug({ method, result: code, ms: Math.round(ms) }, 'bitrix24 call');
  });
  const appActions = createAppActions({
    db,
    client,
    directory,
    connectionService,
    log,
    publicUrl: settings.PUBLIC_URL,
    clientId: settings.B24_CLIENT_ID,
    botCodePrefix: settings.BOT_CODE_PREFIX,
    keepHours: settings.UNINSTALL_KEEP_HOURS,
  });
  const synchronousReplies = settings.ROLES.includes('worker') ? createSynchronousReplies() : null;
  const executor = createExecutor({ db, directory, client, appActions, synchronousReplies });
  const acceptance = createAcceptance(endpointDb, metrics, wakeups.inbox);
  const installation = createInstallation({ db, directory, sealer, oauth, guard, http: careful, wakeups, log });
  return {
    brainSettings,
    metrics,
    wakeups,
    recent,
    sealer,
    guard,
    fast,
    careful,
    directory,
    endpointDirectory,
    tools,
    connectionService,
    oauth,
    tokenProvider,
    client,
    executor,
    synchronousReplies,
    acceptance,
    installation,
  };
}

async function startLoops(
  options: AppOptions,
  db: Pool,
  parts: Parts,
): Promise<{ readonly loops: readonly WorkLoop[]; readonly life: WorkerLife | null }> {
  const { settings, log } = options;
  const owner = randomUUID();
  const { metrics, wakeups, directory } = parts;
  const shared = { db, owner, log, metrics, wakeups, directory, clock: systemClock };
  const loops: WorkLoop[] = [];
  if (!settings.ROLES.includes('worker') && !settings.ROLES.includes('sockets')) return { loops, life: null };
  const life = startWorkerLife({ ...shared, url: options.databaseUrl, isServerOurs: options.isServerOurs ?? false });
  await life.begun;
  loops.push(startNotifyListener(options.databaseUrl, parts.wakeups, parts.recent, log));
  if (settings.ROLES.includes('worker')) {
    loops.push(
      ...startInboxWorker({ ...shared, loops: 2 }),
      startOutboxWorker({ ...shared, life, executor: parts.executor, lanes: settings.OUTBOX_LANES }),
      startMaintenance({ ...shared, tokenProvider: parts.tokenProvider, retentionDays: settings.RETENTION_DAYS }),
      startHealthChecks({ ...shared, connectionService: parts.connectionService }),
    );
  }
  if (settings.ROLES.includes('sockets')) loops.push(startListenerSupervisor(shared));
  return { loops, life };
}

interface Front {
  readonly server: Server;
  readonly metricsServer: Server | null;
  close(): Promise<void>;
}

interface Pools {
  readonly db: Pool;
  readonly endpointDb: Pool;
}

/** Every role has its probes and metrics; doors and pages are those of the role `web`. */
async function serve(options: AppOptions, pools: Pools, parts: Parts, isServing: () => boolean): Promise<Front> {
  const { settings, log } = options;
  const bodies = createBodyReader(systemClock);
  const refusals = createRefusals({ log, metrics: parts.metrics, clock: systemClock });
  const figures = {
    metrics: parts.metrics,
    meter: createQueueMeter(pools.db, parts.metrics, log, systemClock),
    token: settings.METRICS_TOKEN ?? null,
  };
  const health = mountHealth({ readiness: createReadiness(pools.db, systemClock), isServing });
  const app = createHttpApp({
    log,
    refusals,
    findSender: createSenderFinder(settings.TRUSTED_PROXIES),
    isServing,
    ...(settings.ROLES.includes('web') ? publicRoutes(options, pools, parts, { bodies, refusals }) : {}),
    health,
    ...(settings.METRICS_PORT === undefined ? { figures: mountMetrics(figures) } : {}),
  });
  const metricsServer =
    settings.METRICS_PORT === undefined ? null : await listenForMetrics(figures, settings.METRICS_PORT, settings.HOST);
  const server = await listen(app, settings.PORT, settings.HOST);
  return {
    server,
    metricsServer,
    async close() {
      await Promise.all([closeServer(server), metricsServer === null ? null : closeServer(metricsServer)]);
      bodies.close();
      refusals.close();
    },
  };
}

type Guards = Pick<Parameters<typeof mountPages>[0], 'bodies' | 'refusals'>;

function publicRoutes(options: AppOptions, { db, endpointDb }: Pools, parts: Parts, guards: Guards) {
  const { settings, log } = options;
  return {
    eventEndpoint: createEventEndpoint({ ...parts, ...guards, directory: parts.endpointDirectory, log }),
    webhookEndpoint: createWebhookEndpoint({ ...parts, ...guards, db: endpointDb, log }),
    brainRoutes: mountBrainRoutes({
      bodies: guards.bodies,
      brains: options.brains,
      hostOf: (brain) => createConnectorHost({ ...parts, db, settings: parts.brainSettings.get(brain.name) }, brain),
    }),
    pages: mountPages({ ...parts, ...guards, db, brains: options.brains, scriptUrl: settings.B24_JS_URL }),
  };
}
