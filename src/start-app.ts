/** Builds the app out of its parts and starts what this process is to do. Used by `main.ts`, the sandbox and the tests alike. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AppOptions, composeBase } from './app/base.ts';
import { composeConnections } from './app/compose-connections.ts';
import { composePortals } from './app/compose-portals.ts';
import { startQueue } from './app/compose-queue.ts';
import { serve } from './app/serve.ts';
import { createAcceptance } from './queue/acceptance.ts';
import { createSynchronousReplies } from './queue/synchronous-replies.ts';
import { openDatabase, type Pool } from './store/database.ts';
import { migrateToLatest } from './store/migrate.ts';

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
  const endpointDb = openDatabase({ url, poolSize: settings.ENDPOINT_DATABASE_POOL });
  try {
    return await run(options, db, endpointDb);
  } catch (error) {
    await Promise.all([db.destroy(), endpointDb.destroy()]);
    throw error;
  }
}

/** Each part is built from those above it; none knows one below. */
async function run(options: AppOptions, db: Pool, endpointDb: Pool): Promise<App> {
  const base = composeBase(options, db, endpointDb);
  const portals = composePortals(base);
  const connections = composeConnections(base, portals);
  const acceptance = createAcceptance(endpointDb, base.metrics, base.wakeups.inbox);
  const synchronousReplies = base.settings.ROLES.includes('worker') ? createSynchronousReplies() : null;
  const queue = { portals, connections, synchronousReplies };
  const loops = await startQueue(options, base, queue);
  const front = await serve(base, queue, acceptance).catch(async (error: unknown) => {
    await loops.stop();
    throw error;
  });
  return {
    port: portOf(front.server),
    metricsPort: front.metricsServer === null ? null : portOf(front.metricsServer),
    async stop() {
      await front.close();
      await acceptance.idle();
      await loops.stop();
      await portals.tokenProvider.idle();
      await Promise.all([base.hotHttp.close(), base.rareHttp.close(), base.fileStreams.close()]);
      await Promise.all([db.destroy(), endpointDb.destroy()]);
    },
  };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
