/** Builds the app out of its parts and starts what this process is to do. Used by `main.ts`, the sandbox and the tests alike. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AppOptions, composeBase, type Databases } from './app/base.ts';
import { composeConnections } from './app/compose-connections.ts';
import { composePortals } from './app/compose-portals.ts';
import { startQueue } from './app/compose-queue.ts';
import { serve } from './app/serve.ts';
import { startFigures } from './app/start-figures.ts';
import { createAcceptance } from './queue/acceptance.ts';
import { createSynchronousReplies } from './queue/synchronous-replies.ts';
import { openDatabase } from './store/database.ts';
import { migrateToLatest } from './store/migrate.ts';

export interface App {
  /** The port it listens on: for probes and metrics in every role, for everything else in the role `web`. */
  readonly port: number;
  /** The port of the metrics, if they have one of their own; otherwise null. */
  readonly metricsPort: number | null;
  /** Takes no more work, finishes what it has taken, closes everything. */
  stop(): Promise<void>;
}

/** Starts everything; resolves when it serves. */
export async function startApp(options: AppOptions): Promise<App> {
  const { settings, databaseUrl: url } = options;
  await migrateToLatest(url);
  const directoryUrl = settings.CELLS_DATABASE_URL;
  const databases = {
    db: openDatabase({ url, poolSize: settings.DATABASE_POOL }),
    endpointDb: openDatabase({ url, poolSize: settings.ENDPOINT_DATABASE_POOL }),
    directory: directoryUrl === undefined ? null : openDatabase({ url: directoryUrl, poolSize: directoryPool }),
  };
  try {
    return await run(options, databases);
  } catch (error) {
    await close(databases);
    throw error;
  }
}

/** Questions to the directory are asked one after the other, many in one statement. */
const directoryPool = 2;

async function close({ db, endpointDb, directory }: Databases): Promise<void> {
  await Promise.all([db.destroy(), endpointDb.destroy(), directory?.destroy()]);
}

/** Each part is built from the parts above it and knows none below it. */
async function run(options: AppOptions, databases: Databases): Promise<App> {
  const base = await composeBase(options, databases);
  const portals = composePortals(base);
  const connections = composeConnections(base, portals);
  const acceptance = createAcceptance({
    db: databases.endpointDb,
    metrics: base.metrics,
    wakeup: base.wakeups.inbox,
    places: base.places.inbox,
  });
  void portals.cells?.checkOwn(base.settings.PUBLIC_URL);
  const synchronousReplies = base.settings.ROLES.includes('worker') ? createSynchronousReplies() : null;
  const queue = { portals, connections, synchronousReplies };
  const figures = startFigures(base);
  const loops = await startQueue(options, base, queue);
  const front = await serve(base, queue, acceptance, options.listenFd ?? null).catch(async (error: unknown) => {
    await loops.stop();
    await figures.stop();
    await base.tracing?.close();
    throw error;
  });
  async function stop(): Promise<void> {
    await front.close();
    await acceptance.idle();
    await loops.stop();
    await portals.tokenProvider.idle();
    await figures.stop();
    await Promise.all([base.hotHttp.close(), base.rareHttp.close(), base.linkHttp.close(), base.cellHttp?.close()]);
    await base.tracing?.close();
    await close(databases);
  }

  let stopping: Promise<void> | undefined;
  return {
    port: portOf(front.server),
    metricsPort: front.metricsServer === null ? null : portOf(front.metricsServer),
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
