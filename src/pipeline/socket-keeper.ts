/**
 * Keeps the sockets (or pollers) of brains that listen: each connection is held by one process at a time, by a lease, and taken over
 * by another when that process dies. The stored cursor tells the new holder where to go on.
 */
import type { Connector } from '../core/connector.ts';
import { type AppError, toAppError } from '../core/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { askForCheck } from '../store/connection-standing.ts';
import {
  type ConnectionRow,
  claimListeners,
  moveCursor,
  releaseListeners,
  renewListeners,
} from '../store/connections.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { acceptEvents } from '../store/inbox.ts';
import { toNewEvents } from './brain-intake.ts';
import type { Directory } from './directory.ts';
import type { Metrics } from './metrics.ts';
import { createStartGate, type StartGate } from './start-gate.ts';
import type { Bells } from './wake.ts';
import { createBell } from './wake.ts';
import { startWorkLoop, type WorkLoop } from './work-loop.ts';

export interface SocketKeeperOptions {
  readonly db: Pool;
  readonly owner: string;
  readonly directory: Directory;
  readonly metrics: Metrics;
  readonly bells: Bells;
  readonly log: Logger;
  /** How often free connections are looked for and held ones renewed. */
  readonly pollMs?: number;
}

const leaseSeconds = 30;
const claimAtOnce = 50;

/** Pause before a listener that ended or failed is started again; doubled up to the longest. */
const restartMs = 1_000;
const longestRestartMs = 60_000;

/**
 * Listeners that begin at the same time. Beginning costs requests and memory for which nobody gives thanks afterwards (bench `mg-sockets`). With
 * 100 ms a request and four requests each, 1 000 are back after 17 s.
 */
const startsAtOnce = 24;

/** A listener that has told nothing by then is taken to have begun. */
const longestStartMs = 5_000;

interface Held {
  /** When the connection was last changed, as its listener knows it. */
  readonly knownAt: number;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** The listener is no longer ours: another process holds it. */
class ListenerLost extends Error {}

export function startSocketKeeper(options: SocketKeeperOptions): WorkLoop {
  const owner = `${options.owner}:s`;
  const held = new Map<string, Held>();
  const brains = [...options.directory.brainByName.values()]
    .filter((brain) => brain.capabilities.listens)
    .map((brain) => brain.name);
  // Nothing rings it: leases are renewed by the clock.
  const bell = createBell();
  const gate = createStartGate({ atOnce: startsAtOnce, longestMs: longestStartMs });

  const loop = startWorkLoop({
    name: 'sockets',
    bell,
    log: options.log,
    pollMs: options.pollMs ?? 5_000,
    round: async () => {
      if (brains.length === 0) return false;
      const still = await renewListeners(options.db, owner, leaseSeconds);
      for (const [id, entry] of held) {
        const changedAt = still.get(id)?.getTime();
        if (changedAt === undefined) entry.stop.abort();
        else if (changedAt !== entry.knownAt) startAnew(id, entry);
      }
      const claimed = await claimListeners(options.db, owner, brains, claimAtOnce, leaseSeconds);
      for (const row of claimed) if (!held.has(row.id)) hold(row);
      return claimed.length === claimAtOnce;
    },
  });

  function hold(row: ConnectionRow): void {
    const known = options.directory.connectorOf(row);
    if (known?.connector.listen === undefined) return;
    const stop = new AbortController();
    const { portal, id, brain, cursor } = row;
    const ended = keepListening(
      { options, owner, row: { portal, id, brain, cursor }, gate },
      known.connector,
      stop.signal,
    ).finally(() => {
      held.delete(row.id);
    });
    held.set(row.id, { knownAt: row.updated_at.getTime(), stop, ended });
  }

  /** Its connection has changed: it is let go of, and taken again with what is stored now. */
  function startAnew(id: string, entry: Held): void {
    if (entry.stop.signal.aborted) return;
    entry.stop.abort();
    entry.ended
      .then(() => releaseListeners(options.db, owner, [id]))
      .catch((error: unknown) => {
        options.log.warn({ connection: id, err: error }, 'a listener could not be released; its lease will end');
      });
  }

  return {
    async stop() {
      await loop.stop();
      const ids = [...held.keys()];
      for (const entry of held.values()) entry.stop.abort();
      await Promise.all([...held.values()].map((entry) => entry.ended));
      if (ids.length > 0) await releaseListeners(options.db, owner, ids);
    },
  };
}

/** Of a connection, what its listener has to know; its sealed boxes are not held for as long as it listens. */
type Listening = Pick<ConnectionRow, 'portal' | 'id' | 'brain' | 'cursor'>;

interface Keeping {
  readonly options: SocketKeeperOptions;
  readonly owner: string;
  readonly row: Listening;
  readonly gate: StartGate;
}

async function keepListening(keeping: Keeping, connector: Connector, signal: AbortSignal): Promise<void> {
  const { options, owner, row, gate } = keeping;
  const { db } = options;
  const intake = { portal: row.portal, connectionId: row.id, brain: row.brain };
  let { cursor } = row;
  let pauseMs = restartMs;
  while (!signal.aborted) {
    const hasBegun = await gate.enter(signal);
    try {
      await connector.listen?.(
        async (incoming, next) => {
          const events = await toNewEvents(db, intake, incoming);
          await inTransaction(db, async (trx) => {
            if (!(await moveCursor(trx, owner, row.portal, row.id, next))) throw new ListenerLost();
            if (events.length > 0) await acceptEvents(trx, events);
          });
          hasBegun();
          cursor = next;
          pauseMs = restartMs;
          options.metrics.accepted.inc({ source: row.brain }, events.length);
          options.bells.inbox.ring();
        },
        cursor,
        signal,
      );
    } catch (thrown) {
      if (thrown instanceof ListenerLost) return;
      if (!signal.aborted) pauseMs = Math.max(pauseMs, await report(options, row, toAppError(thrown)));
    } finally {
      hasBegun();
    }
    await createBell().wait(pauseMs * (0.5 + Math.random() / 2), signal);
    pauseMs = Math.min(pauseMs * 2, longestRestartMs);
  }
}

/** Returns the least pause before the next try: what only a person can mend is tried seldom. */
async function report({ db, log }: SocketKeeperOptions, row: Listening, error: AppError): Promise<number> {
  const facts = { connection: row.id, brain: row.brain, portal: row.portal, err: error };
  if (error.retry === 'never') {
    log.error(facts, 'a listener was refused; its account is looked at, and a person may have to mend it');
    // Where the database is away too, the next refusal asks again.
    await askForCheck(db, row).catch((err: unknown) => log.warn({ ...facts, err }, 'a look could not be asked for'));
    return longestRestartMs;
  }
  log.warn(facts, 'a listener broke off');
  return typeof error.retry === 'object' ? error.retry.afterMs : 0;
}
