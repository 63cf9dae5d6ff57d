/** Builds the app out of its parts and starts what this process is to do. Used by `main.ts`, the sandbox and the tests alike. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeConnections } from './app/compose-connections.ts';
import { composePortals } from './app/compose-portals.ts';
import { startQueue } from './app/compose-queue.ts';
import { composeRemotes } from './app/compose-remotes.ts';
import { serve } from './app/serve.ts';
import { readBrainSettings } from './brain-settings.ts';
import type { Settings } from './config.ts';
import type { Brain } from './core/brain.ts';
import { systemClock } from './lib/clock.ts';
import { createSealer } from './lib/encryption.ts';
import type { Logger } from './lib/logger.ts';
import { createAcceptance } from './queue/acceptance.ts';
import { createSynchronousReplies } from './queue/synchronous-replies.ts';
import { createMetrics } from './runtime/metrics.ts';
import { createNotifyWakeup } from './runtime/notify-wakeup.ts';
import { createRateLimiters } from './runtime/rate-limiter.ts';
import { createRecentFacts } from './runtime/recent-facts.ts';
import { createSharedBudgets } from './runtime/shared-budgets.ts';
import { createWakeups } from './runtime/wakeup.ts';
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
  const { settings, databaseUrl: url } = options;
  await migrateToLatest(url);
  const db = openDatabase({ url, poolSize: settings.DATABASE_POOL });
  // Bitrix24 does not repeat an event: whatever else uses up the other connections, accepting one goes on.
  const endpointDb = openDatabase({ url, poolSize: settings.ENDPOINT_DATABASE_POOL });
  try {
    return await run(options, db, endpointDb);
  } catch (error) {
    await Promise.all([db.destroy(), endpointDb.destroy()]);
    throw error;
  }
}

/** Each part is built from those above it; none knows one below. */
function compose(options: AppOptions, db: Pool, endpointDb: Pool) {
  const { settings, brains, log } = options;
  const brainSettings = readBrainSettings(brains, settings.BRAIN_SETTINGS);
  const isWorker = settings.ROLES.includes('worker');
  const metrics = createMetrics(options.droppedLogLines);
  const sealer = sealerOf(options);
  // Where another process does the work, it has to be told over the database.
  const wakeups = isWorker
    ? createWakeups()
    : { inbox: createNotifyWakeup(db, 'inbox', log), outbox: createNotifyWakeup(db, 'outbox', log) };
  const rateLimiters = createRateLimiters({ budgets: createSharedBudgets(db), clock: systemClock, log });
  const recent = createRecentFacts();
  const remotes = composeRemotes(settings);
  const portals = composePortals({ settings, db, endpointDb, sealer, remotes, rateLimiters, wakeups, metrics, log });
  const connections = composeConnections({
    settings,
    db,
    brains,
    sealer,
    remotes,
    portals,
    rateLimiters,
    recent,
    wakeups,
    log,
  });
  const acceptance = createAcceptance(endpointDb, metrics, wakeups.inbox);
  const synchronousReplies = isWorker ? createSynchronousReplies() : null;
  return {
    brainSettings,
    metrics,
    sealer,
    wakeups,
    recent,
    remotes,
    portals,
    connections,
    acceptance,
    synchronousReplies,
  };
}

async function run(options: AppOptions, db: Pool, endpointDb: Pool): Promise<App> {
  const { settings, databaseUrl, brains, log, isServerOurs = false } = options;
  const parts = compose(options, db, endpointDb);
  const { brainSettings, metrics, sealer, wakeups, recent, portals, connections, acceptance, synchronousReplies } =
    parts;
  const queue = await startQueue({
    settings,
    databaseUrl,
    isServerOurs,
    db,
    brains,
    portals,
    connections,
    synchronousReplies,
    recent,
    wakeups,
    metrics,
    log,
  });
  const front = await serve({
    settings,
    db,
    endpointDb,
    brains,
    brainSettings,
    sealer,
    portals,
    connections,
    acceptance,
    synchronousReplies,
    wakeups,
    metrics,
    log,
  }).catch(async (error: unknown) => {
    await queue.stop();
    throw error;
  });
  return {
    port: portOf(front.server),
    metricsPort: front.metricsServer === null ? null : portOf(front.metricsServer),
    async stop() {
      await front.close();
      await acceptance.idle();
      await queue.stop();
      await portals.tokenProvider.idle();
      await Promise.all([parts.remotes.hotHttp.close(), parts.remotes.rareHttp.close()]);
      await Promise.all([db.destroy(), endpointDb.destroy()]);
    },
  };
}

function sealerOf({ appSecret, settings }: AppOptions) {
  const previous = settings.APP_SECRET_PREVIOUS;
  return createSealer({ current: appSecret, ...(previous === undefined ? {} : { previous }) });
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
