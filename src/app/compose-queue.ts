/** Composes what works on the queues: how actions are executed, and the loops of this process's roles. */
import { randomUUID } from 'node:crypto';
import { startHealthChecks } from '../connections/health-checks.ts';
import { startListenerSupervisor } from '../connections/listener-supervisor.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { createAppActions } from '../queue/app-actions.ts';
import { startAskingAboutApp } from '../queue/ask-about-app.ts';
import { startFollowUps } from '../queue/by-hand/send-requests.ts';
import { startCountingAnswers } from '../queue/count-answers.ts';
import { startEventPollers } from '../queue/event-pollers.ts';
import { createExecutor } from '../queue/execute-action.ts';
import { startInboxWorker } from '../queue/inbox-worker.ts';
import { startMaintenance } from '../queue/maintenance.ts';
import { startOutboxWorker } from '../queue/outbox-worker.ts';
import { createStillWorking, type StillWorking } from '../queue/still-working.ts';
import type { SynchronousReplies } from '../queue/synchronous-replies.ts';
import { startTellingTrouble } from '../queue/tell-trouble.ts';
import { withExecutionSpans } from '../queue/traced-executor.ts';
import { startNotifyListener } from '../runtime/notify-wakeup.ts';
import type { WorkLoop } from '../runtime/work-loop.ts';
import { startWorkerLife, type WorkerLife } from '../runtime/worker-life.ts';
import type { AppOptions, Base } from './base.ts';
import type { Connections } from './compose-connections.ts';
import type { Portals } from './compose-portals.ts';

export interface Queue {
  readonly portals: Portals;
  readonly connections: Connections;
  /** Null where the work is done in another process. */
  readonly synchronousReplies: SynchronousReplies | null;
}

/** Two loops claim from the inbox: while one waits for its commit, the other works. */
const inboxLoops = 2;

/** After a start, events that came in meanwhile are processed before maintenance begins. */
const usualMaintenanceAfterMs = 20_000;

/** Starts the loops of the roles `worker` and `sockets`; stopping gives back everything they had leased. */
export async function startQueue(
  { databaseUrl: url, isServerOurs = false }: Pick<AppOptions, 'databaseUrl' | 'isServerOurs'>,
  base: Base,
  queue: Queue,
): Promise<WorkLoop> {
  const { settings, timings, db, brains, recent, metrics, wakeups, log } = base;
  if (!settings.ROLES.includes('worker') && !settings.ROLES.includes('sockets'))
    return { stop: () => Promise.resolve() };
  const owner = randomUUID();
  const life = startWorkerLife({ db, url, owner, isServerOurs, wakeups, log, pollMs: timings.deadWorkersPollMs });
  await life.begun;
  const loops = [startNotifyListener(url, wakeups, recent, log)];
  if (settings.ROLES.includes('worker')) loops.push(...startWorkers(base, queue, owner, life));
  if (settings.ROLES.includes('sockets')) {
    const { connectors } = queue.connections;
    const { listenersPollMs: pollMs, firstRestartMs } = timings;
    const { tracing } = base;
    const options = { db, owner, brains, connectors, metrics, tracing, wakeups, clock, log, pollMs, firstRestartMs };
    loops.push(startListenerSupervisor(options), startPollers(base, queue, owner));
  }
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      // Only now: the proof of life has to last until every lease is given back.
      await life.stop();
    },
  };
}

/** Polls the portals that keep their events for the app. */
function startPollers(
  { settings, timings, db, metrics, tracing, wakeups, log }: Base,
  { portals }: Queue,
  owner: string,
): WorkLoop {
  const pace = { busyMs: settings.EVENT_POLL_SECONDS * 1_000, idleMs: settings.EVENT_POLL_IDLE_SECONDS * 1_000 };
  return startEventPollers({
    db,
    owner,
    client: portals.client,
    portals: portals.cache,
    metrics,
    tracing,
    wakeup: wakeups.inbox,
    clock,
    log,
    pace: { busyMs: pace.busyMs, idleMs: Math.max(pace.busyMs, pace.idleMs) },
    pollMs: timings.listenersPollMs,
  });
}

function startWorkers(base: Base, queue: Queue, owner: string, life: WorkerLife): WorkLoop[] {
  const { settings, timings, db, brains, metrics, tracing, wakeups, places, log } = base;
  const { cache: portals, calls, tokenProvider } = queue.portals;
  const { connectors, service: connectionService } = queue.connections;
  const afterMs = settings.STILL_WORKING_SECONDS * 1_000;
  const stillWorking = createStillWorking({ db, portals, calls, log, afterMs });
  const plain = composeExecutor(base, queue, stillWorking);
  const executor = tracing === null ? plain : withExecutionSpans(plain, tracing);
  const lanes = settings.OUTBOX_LANES;
  const retentionDays = settings.RETENTION_DAYS;
  const turnsPerMinute = settings.TURNS_PER_MINUTE;
  const { queuePollMs: pollMs, firstRetryMs, maintenanceAfterMs: firstMs = usualMaintenanceAfterMs } = timings;
  const shared = { db, owner, metrics, tracing, figures: base.figures, wakeups, places, clock, log, pollMs };
  return [
    ...startInboxWorker({ ...shared, portals, connectors, loops: inboxLoops, turnsPerMinute }),
    startOutboxWorker({ ...shared, life, executor, lanes, firstRetryMs }),
    startFollowUps({ db, wakeups, log, pollMs: timings.followUpsPollMs }),
    startMaintenance({ db, tokenProvider, log, retentionDays, firstMs }),
    startAskingAboutApp({ db, log, firstMs }),
    { stop: () => Promise.resolve(stillWorking.stop()) },
    startCountingAnswers({ db, log }),
    startTellingTrouble({ db, wakeups, log, pollMs: timings.troublePollMs }),
    startHealthChecks({ db, connectionService, brains, log, pollMs: timings.healthChecksPollMs }),
  ];
}

function composeExecutor(
  { settings, timings, db, brains, metrics, tracing, wakeups, log }: Base,
  queue: Queue,
  stillWorking: StillWorking,
) {
  const { cache: portals, cells, client, calls } = queue.portals;
  const { connectors, fileLinks, service: connectionService } = queue.connections;
  const { synchronousReplies } = queue;
  const appActions = createAppActions({
    db,
    client,
    portals,
    cells,
    connectionService,
    brains,
    log,
    publicUrl: settings.PUBLIC_URL,
    eventApi: settings.EVENT_API,
    metrics,
    tracing,
    wakeup: wakeups.inbox,
    clock,
    clientId: settings.B24_CLIENT_ID,
    botCodePrefix: settings.BOT_CODE_PREFIX,
    defaultBrain: settings.DEFAULT_BRAIN,
    keepHours: settings.UNINSTALL_KEEP_HOURS,
    underwaySeconds: timings.eventsUnderwayMs === undefined ? undefined : timings.eventsUnderwayMs / 1_000,
  });
  return createExecutor({ db, portals, connectors, calls, fileLinks, appActions, synchronousReplies, stillWorking });
}
