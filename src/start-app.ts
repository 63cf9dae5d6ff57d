/** Wires the rooms of the house together and starts what this process is to do. Used by `main.ts`, the sandbox and the tests alike. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crmAddress } from './bitrix24/crm-address.ts';
import { lineName } from './bitrix24/open-lines.ts';
import { createOAuthClient } from './bitrix24/rest/oauth-client.ts';
import { createPortalClient } from './bitrix24/rest/portal-client.ts';
import { readBrainSettings } from './brain-settings.ts';
import type { Settings } from './config.ts';
import type { Brain } from './core/brain.ts';
import type { Connection } from './core/connector.ts';
import type { ConnectorTools } from './core/connector-tools.ts';
import { closeServer, createHttpApp, listen } from './http/app.ts';
import { createBodies } from './http/bodies.ts';
import { createBrainDoor } from './http/brain-door.ts';
import { mountBrainRoutes } from './http/brain-routes.ts';
import { createEventDoor } from './http/event-door.ts';
import { mountHealth } from './http/health.ts';
import { listenForMetrics, mountMetrics } from './http/metrics-route.ts';
import { mountPages } from './http/pages.ts';
import { createRefusals } from './http/refusals.ts';
import { createSenderFinder } from './http/sender.ts';
import { systemClock } from './lib/clock.ts';
import { createSealer } from './lib/encryption.ts';
import { createGotClient } from './lib/http-engine-got.ts';
import { createUndiciClient } from './lib/http-engine-undici.ts';
import type { Logger } from './lib/logger.ts';
import { createNetworkGuard, socketLookup } from './lib/network-guard.ts';
import { createAcceptance } from './pipeline/acceptance.ts';
import { createAccessKeeper } from './pipeline/access-keeper.ts';
import { startAccountWatch } from './pipeline/account-watch.ts';
import { createAccounts } from './pipeline/accounts.ts';
import { createAppActions } from './pipeline/app-actions.ts';
import { createBrainHouse } from './pipeline/brain-house.ts';
import { brainMemory } from './pipeline/brain-memory.ts';
import { createDirectory } from './pipeline/directory.ts';
import { createHeldDoors } from './pipeline/held-doors.ts';
import { findHomeClient } from './pipeline/home-clients.ts';
import { homeFacts } from './pipeline/home-facts.ts';
import { openHomeFile } from './pipeline/home-files.ts';
import { saidAtHome } from './pipeline/home-talk.ts';
import { findHomeUser } from './pipeline/home-users.ts';
import { startHousekeeper } from './pipeline/housekeeper.ts';
import { startInboxWorker } from './pipeline/inbox-worker.ts';
import { createInstallation } from './pipeline/installation.ts';
import { createMetrics } from './pipeline/metrics.ts';
import { startOutboxWorker } from './pipeline/outbox-worker.ts';
import { createPace } from './pipeline/pacer.ts';
import { createPerformer } from './pipeline/perform.ts';
import { createQueueMeter } from './pipeline/queue-meter.ts';
import { createRateGate } from './pipeline/rate-gate.ts';
import { createReadiness } from './pipeline/readiness.ts';
import { createRecentFacts } from './pipeline/recent-facts.ts';
import { createFarBell, startRumourListener } from './pipeline/rumour.ts';
import { createSharedBudgets } from './pipeline/shared-budgets.ts';
import { startSocketKeeper } from './pipeline/socket-keeper.ts';
import { createBells } from './pipeline/wake.ts';
import type { WorkLoop } from './pipeline/work-loop.ts';
import { startWorkerLife, type WorkerLife } from './pipeline/worker-life.ts';
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
      await parts.keeper.idle();
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
  // Where another process does the work, it has to be told; a worker's own bells ring at home.
  const bells = settings.ROLES.includes('worker')
    ? createBells()
    : { inbox: createFarBell(db, 'inbox', log), outbox: createFarBell(db, 'outbox', log) };
  const sealer = createSealer({
    current: options.appSecret,
    ...(settings.APP_SECRET_PREVIOUS === undefined ? {} : { previous: settings.APP_SECRET_PREVIOUS }),
  });
  const guard = createNetworkGuard({ allowedPrivateHosts: settings.ALLOWED_PRIVATE_HOSTS });
  // Calls into portals and to brains are the hot ones: undici takes a tenth of got's processor time a call, and less memory (decision 0009).
  const fast = createUndiciClient({ guard });
  const careful = createGotClient({ guard });
  const budgets = createSharedBudgets(db);
  const pacing = { budgets, clock: systemClock, log };
  const recent = createRecentFacts();
  const tools = (connection: Connection): ConnectorTools => ({
    http: fast,
    pace: (bucket, rate) => createPace(pacing, connection.portal, bucket, rate),
    lookupFor: (url) => socketLookup(guard, url),
    openHomeFile: (to, file, signal) =>
      openHomeFile({ client, directory, http: careful }, connection.portal, to, file, signal),
    saidAtHome: (to, from, until) => saidAtHome(db, connection.portal, to, from, until),
    crmAddress: async (link) => {
      const { portal } = await directory.portal(connection.portal);
      return portal === null ? null : crmAddress(portal.domain, link);
    },
    homeUser: (to, dialogId, userId, signal) =>
      findHomeUser({ client, directory }, connection.portal, { to, dialogId, userId }, signal),
    homeClient: (to, dialogId, userId, signal) =>
      findHomeClient({ client, directory }, connection.portal, { to, dialogId, userId }, signal),
    homeLineName: (lineId, signal) => lineName(client, connection.portal, lineId, signal),
    homeFacts: async () => homeFacts(await directory.portal(connection.portal), connection),
    memory: brainMemory(db, connection.portal, connection.id, recent),
    publicUrl: settings.PUBLIC_URL,
    log: (message, details) => log.info({ connection: connection.id, ...details }, message),
  });
  const endpointDirectory = createDirectory({ db: endpointDb, sealer, brains: options.brains, tools });
  const directory = createDirectory({ db, sealer, brains: options.brains, tools, beside: endpointDirectory });
  const accounts = createAccounts({ db, sealer, directory, tools, bells, log, publicUrl: settings.PUBLIC_URL });
  const oauth = createOAuthClient({
    http: careful,
    clientId: settings.B24_CLIENT_ID,
    clientSecret: settings.B24_CLIENT_SECRET,
    hosts: settings.B24_OAUTH_HOSTS,
  });
  const keeper = createAccessKeeper({ db, directory, sealer, oauth, guard, log });
  const usual = { perSecond: settings.B24_RATE_PER_SECOND, burst: settings.B24_RATE_BURST };
  const gate = createRateGate(budgets, directory, metrics, systemClock, usual);
  const client = createPortalClient(fast, keeper, gate, ({ method, code, ms }) => {
    metrics.restCalls.inc({ code });
    metrics.restSeconds.observe(ms / 1000);
    log.debug({ method, result: code, ms: Math.round(ms) }, 'bitrix24 call');
  });
  const appActions = createAppActions({
    db,
    client,
    directory,
    accounts,
    log,
    publicUrl: settings.PUBLIC_URL,
    clientId: settings.B24_CLIENT_ID,
    botCodePrefix: settings.BOT_CODE_PREFIX,
    keepHours: settings.UNINSTALL_KEEP_HOURS,
  });
  const heldDoors = settings.ROLES.includes('worker') ? createHeldDoors() : null;
  const performer = createPerformer({ db, directory, client, appActions, heldDoors });
  const acceptance = createAcceptance(endpointDb, metrics, bells.inbox);
  const installation = createInstallation({ db, directory, sealer, oauth, guard, http: careful, bells, log });
  return {
    brainSettings,
    metrics,
    bells,
    recent,
    sealer,
    guard,
    fast,
    careful,
    directory,
    endpointDirectory,
    tools,
    accounts,
    oauth,
    keeper,
    client,
    performer,
    heldDoors,
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
  const { metrics, bells, directory } = parts;
  const shared = { db, owner, log, metrics, bells, directory, clock: systemClock };
  const loops: WorkLoop[] = [];
  if (!settings.ROLES.includes('worker') && !settings.ROLES.includes('sockets')) return { loops, life: null };
  const life = startWorkerLife({ ...shared, url: options.databaseUrl, isServerOurs: options.isServerOurs ?? false });
  await life.begun;
  loops.push(startRumourListener(options.databaseUrl, parts.bells, parts.recent, log));
  if (settings.ROLES.includes('worker')) {
    loops.push(
      ...startInboxWorker({ ...shared, loops: 2 }),
      startOutboxWorker({ ...shared, life, performer: parts.performer, lanes: settings.OUTBOX_LANES }),
      startHousekeeper({ ...shared, keeper: parts.keeper, retentionDays: settings.RETENTION_DAYS }),
      startAccountWatch({ ...shared, accounts: parts.accounts }),
    );
  }
  if (settings.ROLES.includes('sockets')) loops.push(startSocketKeeper(shared));
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
  const bodies = createBodies(systemClock);
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
    eventDoor: createEventDoor({ ...parts, ...guards, directory: parts.endpointDirectory, log }),
    brainDoor: createBrainDoor({ ...parts, ...guards, db: endpointDb, log }),
    brainRoutes: mountBrainRoutes({
      bodies: guards.bodies,
      brains: options.brains,
      houseOf: (brain) => createBrainHouse({ ...parts, db, settings: parts.brainSettings.get(brain.name) }, brain),
    }),
    pages: mountPages({ ...parts, ...guards, db, brains: options.brains, scriptUrl: settings.B24_JS_URL }),
  };
}
