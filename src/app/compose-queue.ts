/** Composes what works the queues: how events are accepted, how actions are executed, and the loops of this process's roles. */
import { randomUUID } from 'node:crypto';
import type { Settings } from '../config.ts';
import { startHealthChecks } from '../connections/health-checks.ts';
import { startListenerSupervisor } from '../connections/listener-supervisor.ts';
import type { Brain } from '../core/brain.ts';
import { systemClock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { createAppActions } from '../queue/app-actions.ts';
import { createExecutor, type Executor } from '../queue/execute-action.ts';
import { startInboxWorker } from '../queue/inbox-worker.ts';
import { startMaintenance } from '../queue/maintenance.ts';
import { startOutboxWorker } from '../queue/outbox-worker.ts';
import type { SynchronousReplies } from '../queue/synchronous-replies.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { startNotifyListener } from '../runtime/notify-wakeup.ts';
import type { RecentFacts } from '../runtime/recent-facts.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { WorkLoop } from '../runtime/work-loop.ts';
import { startWorkerLife } from '../runtime/worker-life.ts';
import type { Pool } from '../store/database.ts';
import type { Connections } from './compose-connections.ts';
import type { Portals } from './compose-portals.ts';

export interface QueueOptions {
  readonly settings: Settings;
  readonly databaseUrl: string;
  /** This process has just started the database server itself. */
  readonly isServerOurs: boolean;
  readonly db: Pool;
  readonly brains: readonly Brain[];
  readonly portals: Portals;
  readonly connections: Connections;
  readonly synchronousReplies: SynchronousReplies | null;
  readonly recent: RecentFacts;
  readonly wakeups: Wakeups;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Two claim from the inbox at a time: while one waits for its commit the other one works. */
const inboxLoops = 2;

/** Starts the loops of the roles `worker` and `sockets`; stopping it gives everything back that they had leased. */
export async function startQueue(options: QueueOptions): Promise<WorkLoop> {
  const { settings, db, wakeups, log } = options;
  if (!settings.ROLES.includes('worker') && !settings.ROLES.includes('sockets'))
    return { stop: () => Promise.resolve() };
  const owner = randomUUID();
  const { databaseUrl: url, isServerOurs } = options;
  const life = startWorkerLife({ db, url, owner, isServerOurs, wakeups, log });
  await life.begun;
  const loops = [startNotifyListener(url, wakeups, options.recent, log)];
  if (settings.ROLES.includes('worker')) loops.push(...startWorkers(options, owner, life));
  if (settings.ROLES.includes('sockets')) loops.push(startListeners(options, owner));
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      // Only now: what was leased stayed proven until it was given back.
      await life.stop();
    },
  };
}

function startWorkers(options: QueueOptions, owner: string, life: ReturnType<typeof startWorkerLife>): WorkLoop[] {
  const { settings, db, brains, portals, connections, metrics, wakeups, log } = options;
  const { cache } = portals;
  const { registry: connectors, service: connectionService } = connections;
  const { tokenProvider } = portals;
  const clock = systemClock;
  const executor = composeExecutor(options);
  const lanes = settings.OUTBOX_LANES;
  const retentionDays = settings.RETENTION_DAYS;
  return [
    ...startInboxWorker({ db, owner, portals: cache, connectors, metrics, wakeups, clock, log, loops: inboxLoops }),
    startOutboxWorker({ db, owner, life, executor, metrics, wakeups, clock, log, lanes }),
    startMaintenance({ db, tokenProvider, log, retentionDays }),
    startHealthChecks({ db, connectionService, brains, log }),
  ];
}

function startListeners({ db, brains, connections, metrics, wakeups, log }: QueueOptions, owner: string): WorkLoop {
  return startListenerSupervisor({ db, owner, brains, connectors: connections.registry, metrics, wakeups, log });
}

function composeExecutor({ settings, db, portals, connections, synchronousReplies, log }: QueueOptions): Executor {
  const { cache, client } = portals;
  const appActions = createAppActions({
    db,
    client,
    portals: cache,
    connectionService: connections.service,
    log,
    publicUrl: settings.PUBLIC_URL,
    clientId: settings.B24_CLIENT_ID,
    botCodePrefix: settings.BOT_CODE_PREFIX,
    keepHours: settings.UNINSTALL_KEEP_HOURS,
  });
  return createExecutor({
    db,
    portals: cache,
    connectors: connections.registry,
    client,
    appActions,
    synchronousReplies,
  });
}
