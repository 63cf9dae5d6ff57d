/** What everything else is built on: database, secrets, signals between loops, limits, figures, and the ways to other servers. */
import { createOAuthClient } from '../bitrix24/rest/oauth-client.ts';
import { checkDefaultBrain, readBrainSettings } from '../brain-settings.ts';
import type { Settings } from '../config.ts';
import type { Brain } from '../core/brain.ts';
import { withNoBrain } from '../core/no-brain.ts';
import { systemClock } from '../lib/clock.ts';
import { createSealer } from '../lib/encryption.ts';
import { fileConnectionsPerOrigin, withFileTransfers } from '../lib/file-transfers.ts';
import type { HttpClient } from '../lib/http-client.ts';
import { createGotClient } from '../lib/http-engine-got.ts';
import { createUndiciClient } from '../lib/http-engine-undici.ts';
import type { Logger } from '../lib/logger.ts';
import { createNetworkGuard, type NetworkGuard } from '../lib/network-guard.ts';
import { withSpans } from '../lib/tracing/traced-http-client.ts';
import { createPlaces } from '../queue/direct-claims.ts';
import { createHourlyFigures } from '../runtime/hourly-figures.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { createNotifyWakeup } from '../runtime/notify-wakeup.ts';
import { createRateLimiters } from '../runtime/rate-limiter.ts';
import { createRecentFacts } from '../runtime/recent-facts.ts';
import { createRestLog } from '../runtime/rest-log.ts';
import { createSharedBudgets } from '../runtime/shared-budgets.ts';
import { createWakeups } from '../runtime/wakeup.ts';
import type { Pool } from '../store/database.ts';
import { startTracing } from './start-tracing.ts';
import type { Timings } from './timings.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly databaseUrl: string;
  readonly appSecret: Buffer;
  /** This process has just started the database server itself. */
  readonly isServerOurs?: boolean;
  /** File descriptor of a socket that already listens, used in place of PORT; null or absent: none. */
  readonly listenFd?: number | null;
  readonly brains: readonly Brain[];
  readonly log: Logger;
  /** Log lines lost so far, for the metrics; absent: none can be lost. */
  readonly droppedLogLines?: () => number;
  /** For tests. */
  readonly timings?: Timings;
}

/** Most connections to one other cell: one that hangs cannot hold more. */
const cellConnections = 100;

export type Base = Awaited<ReturnType<typeof composeBase>>;

export interface Databases {
  readonly db: Pool;
  /** The endpoints' own connections: events are accepted even while all others are in use. */
  readonly endpointDb: Pool;
  /** The directory of cells; null: there is only this cell. */
  readonly directory: Pool | null;
}

export async function composeBase(options: AppOptions, { db, endpointDb, directory }: Databases) {
  const { settings, appSecret, log, timings = {} } = options;
  const brains = withNoBrain(options.brains);
  checkDefaultBrain(brains, settings.DEFAULT_BRAIN);
  const previous = settings.APP_SECRET_PREVIOUS;
  const guard = createNetworkGuard({ allowedPrivateHosts: settings.ALLOWED_PRIVATE_HOSTS });
  const withFiles = () => clientWithFiles(guard, settings, log);
  const metrics = createMetrics(options.droppedLogLines);
  const tracing = await startTracing(settings, { metrics, log, gatherMs: timings.gatherSpansMs });
  const traced = (http: HttpClient, tellsRemote: boolean): HttpClient =>
    tracing === null ? http : withSpans(http, { tellsRemote });
  const hotHttp = withFiles();
  const rareHttp = traced(createGotClient({ guard }), false);
  return {
    settings,
    timings,
    brains,
    brainSettings: readBrainSettings(brains, settings.BRAIN_SETTINGS),
    log,
    db,
    endpointDb,
    directory,
    sealer: createSealer({ current: appSecret, ...(previous === undefined ? {} : { previous }) }),
    metrics,
    /** Null: nobody wants traces. */
    tracing,
    figures: createHourlyFigures(db, systemClock),
    restLog: createRestLog(db, systemClock),
    // Where another process does the work, it has to be told over the database.
    wakeups: settings.ROLES.includes('worker')
      ? createWakeups()
      : { inbox: createNotifyWakeup(db, 'inbox', log), outbox: createNotifyWakeup(db, 'outbox', log) },
    places: createPlaces(),
    rateLimiters: createRateLimiters({ budgets: createSharedBudgets(db), clock: systemClock, log }),
    recent: createRecentFacts(),
    guard,
    /** For the frequent calls, to portals and brains, and for files in both directions. */
    hotHttp: traced(hotHttp, false),
    /** The same, for the calls that a brain's own code makes. */
    brainHttp: traced(hotHttp, true),
    /** For the rare calls: OAuth hosts, proofs of installations. */
    rareHttp,
    /** For files that are fetched by a link: their slow readers take no connections from the files of messages. */
    linkHttp: withFiles(),
    oauth: createOAuthClient({
      http: rareHttp,
      clientId: settings.B24_CLIENT_ID,
      clientSecret: settings.B24_CLIENT_SECRET,
      hosts: settings.B24_OAUTH_HOSTS,
      timeoutMs: timings.oauthTimeoutMs,
    }),
    /** For requests about portals of other cells; null: there is only this cell. */
    cellHttp: directory === null ? null : createUndiciClient({ guard, connectionsPerOrigin: cellConnections }),
  };
}

/** A client that carries files on connections of their own. */
function clientWithFiles(guard: NetworkGuard, settings: Settings, log: Logger): HttpClient {
  const fileClient = () => createUndiciClient({ guard, connectionsPerOrigin: fileConnectionsPerOrigin });
  return withFileTransfers(createUndiciClient({ guard }), {
    downloads: fileClient(),
    uploads: fileClient(),
    idleMs: settings.FILE_IDLE_SECONDS * 1_000,
    timeoutMs: settings.FILE_TIMEOUT_SECONDS * 1_000,
    log,
  });
}
