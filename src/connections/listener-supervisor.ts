/**
 * Keeps the sockets (or pollers) of brains that listen: each connection is held by one process at a time, by a lease, and taken over
 * by another when that process dies. The stored cursor tells the new holder where to go on.
 */
import type { Brain } from '../core/brain.ts';
import type { Connector } from '../core/connector.ts';
import { type AppError, toAppError } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { type ConcurrencyLimiter, createConcurrencyLimiter } from '../runtime/concurrency-limiter.ts';
import { type MaybeTracing, recordReceived } from '../runtime/message-spans.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { createRestartBackoff, longestRestartMs } from '../runtime/restart-backoff.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { createWakeup } from '../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { acceptEvents } from '../store/queue/inbox.ts';
import { askForCheck } from '../store/tenants/connection-health.ts';
import {
  type ConnectionRow,
  claimListeners,
  moveCursor,
  putOffListeners,
  releaseListeners,
  renewListeners,
} from '../store/tenants/connections.ts';
import type { ConnectorRegistry } from './connector-registry.ts';
import { toNewEvents } from './resolve-conversation.ts';

export interface ListenerSupervisorOptions {
  readonly db: Pool;
  readonly owner: string;
  readonly brains: readonly Brain[];
  readonly connectors: Pick<ConnectorRegistry, 'connectorOf'>;
  readonly metrics: Metrics;
  readonly tracing?: MaybeTracing;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often free connections are looked for and held ones renewed. */
  readonly pollMs?: number | undefined;
  /** The first wait before a listener that ended is started again. */
  readonly firstRestartMs?: number | undefined;
}

const leaseSeconds = 30;
const claimAtOnce = 50;

/** A connection whose listener cannot even be made is tried again after so long, here or elsewhere. */
const putOffSeconds = 30;

/**
 * How many listeners start at the same time. Each start makes several requests and takes memory (bench `mg-sockets`). With 100 ms a request and four
 * requests each, 1 000 are back after 17 s.
 */
const startsAtOnce = 24;

/** A starting listener that has reported nothing by then gives its place to the next one. */
const longestStartMs = 2_000;

/** Listeners whose last start failed have places of their own, so many at once, so that they hold up no others. */
const doubtfulStartsAtOnce = 8;
const longestDoubtfulStartMs = 5_000;

interface Held {
  /** When the connection was last changed, as its listener knows it. */
  readonly knownAt: number;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** The listener is no longer ours: another process holds it. */
class ListenerLost extends Error {}

export function startListenerSupervisor(options: ListenerSupervisorOptions): WorkLoop {
  return new ListenerSupervisor(options);
}

class ListenerSupervisor implements WorkLoop {
  readonly #options: ListenerSupervisorOptions;
  readonly #owner: string;
  readonly #held = new Map<string, Held>();
  readonly #brains: string[];
  // Leases are renewed by the clock; a listener that ends rings, so that its connection is taken anew if it is still wanted.
  readonly #wakeup = createWakeup();
  readonly #gates = {
    usual: createConcurrencyLimiter({ atOnce: startsAtOnce, longestMs: longestStartMs }),
    doubtful: createConcurrencyLimiter({ atOnce: doubtfulStartsAtOnce, longestMs: longestDoubtfulStartMs }),
  };
  readonly #loop: WorkLoop;

  constructor(options: ListenerSupervisorOptions) {
    this.#options = options;
    this.#owner = `${this.#options.owner}:s`;
    this.#brains = this.#options.brains.filter((brain) => brain.capabilities.listens).map((brain) => brain.name);
    this.#loop = startWorkLoop({
      name: 'sockets',
      wakeup: this.#wakeup,
      log: this.#options.log,
      pollMs: this.#options.pollMs ?? 5_000,
      round: async () => {
        if (this.#brains.length === 0) return false;
        await this.#renew();
        return await this.#claim();
      },
    });
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    const ids = [...this.#held.keys()];
    for (const entry of this.#held.values()) entry.stop.abort();
    await Promise.all([...this.#held.values()].map((entry) => entry.ended));
    if (ids.length > 0) await releaseListeners(this.#options.db, this.#owner, ids);
  }

  /** Renews our leases, stops listeners whose lease is lost or whose connection has changed, and releases leases without a listener. */
  async #renew(): Promise<void> {
    const still = await renewListeners(this.#options.db, this.#owner, leaseSeconds);
    for (const [id, entry] of this.#held) {
      // Lost, stopped, or changed: a changed connection is released once its listener has ended, and taken again as it is stored then.
      if (still.get(id)?.getTime() !== entry.knownAt) entry.stop.abort();
    }
    // A lease whose listener has ended: its portal or account was stopped and came back before anybody else took it.
    const orphans = [...still.keys()].filter((id) => !this.#held.has(id));
    if (orphans.length > 0) await releaseListeners(this.#options.db, this.#owner, orphans);
  }

  /** True: there may be more to take. */
  async #claim(): Promise<boolean> {
    const claimed = await claimListeners(this.#options.db, this.#owner, this.#brains, {
      limit: claimAtOnce,
      leaseSeconds,
    });
    // If the listener before is still ending, the next round or another process takes the connection.
    const tooEarly = claimed.filter((row) => this.#held.has(row.id));
    const failed = claimed.filter((row) => !this.#held.has(row.id) && !this.#hold(row));
    if (tooEarly.length > 0) await releaseListeners(this.#options.db, this.#owner, idsOf(tooEarly));
    if (failed.length > 0) await putOffListeners(this.#options.db, this.#owner, idsOf(failed), putOffSeconds);
    return claimed.length === claimAtOnce && tooEarly.length < claimAtOnce;
  }

  /** False when the connection cannot be listened to: its secrets do not open, or its brain makes no listener of it. */
  #hold(row: ConnectionRow): boolean {
    const connector = this.#connectorOf(row);
    if (connector?.listen === undefined) return false;
    const stop = new AbortController();
    const { portal, id, brain, cursor } = row;
    const ended = keepListening(
      { options: this.#options, owner: this.#owner, row: { portal, id, brain, cursor }, gates: this.#gates },
      connector,
      stop.signal,
    ).finally(() => {
      this.#held.delete(row.id);
      this.#wakeup.ring();
    });
    this.#held.set(row.id, { knownAt: row.updated_at.getTime(), stop, ended });
    return true;
  }

  #connectorOf(row: ConnectionRow): Connector | null {
    try {
      return this.#options.connectors.connectorOf(row)?.connector ?? null;
    } catch (error) {
      const facts = { connection: row.id, brain: row.brain, portal: row.portal, err: error };
      this.#options.log.error(
        facts,
        'a connection cannot be opened, so nobody listens to it; was its secret key lost?',
      );
      return null;
    }
  }
}

const idsOf = (rows: readonly ConnectionRow[]): string[] => rows.map((row) => row.id);

/** What a listener has to know of its connection, without the secrets: they are not kept in memory for as long as it listens. */
type Listening = Pick<ConnectionRow, 'portal' | 'id' | 'brain' | 'cursor'>;

interface Keeping {
  readonly options: ListenerSupervisorOptions;
  readonly owner: string;
  readonly row: Listening;
  readonly gates: { readonly usual: ConcurrencyLimiter; readonly doubtful: ConcurrencyLimiter };
}

async function keepListening(keeping: Keeping, connector: Connector, signal: AbortSignal): Promise<void> {
  const { options, owner, row, gates } = keeping;
  const { db } = options;
  const intake = { portal: row.portal, connectionId: row.id, brain: row.brain, ingress: 'socket' as const };
  let { cursor } = row;
  const backoff = createRestartBackoff(options.firstRestartMs);
  let isDoubtful = false;
  while (!signal.aborted) {
    const leave = await (isDoubtful ? gates.doubtful : gates.usual).enter(signal);
    const startedAt = options.clock.monotonicMs();
    let hasBegun = false;
    let leastMs = 0;
    try {
      await connector.listen?.(
        async (incoming, next) => {
          const receivedAt = performance.now();
          const events = await toNewEvents(db, intake, incoming);
          await inTransaction(db, async (trx) => {
            if (!(await moveCursor(trx, owner, row, next))) throw new ListenerLost();
            if (events.length > 0) await acceptEvents(trx, events);
          });
          leave();
          hasBegun = true;
          cursor = next;
          options.metrics.accepted.inc({ source: row.brain }, events.length);
          recordReceived(options.tracing, events, { kind: 'consumer', startedAt: receivedAt });
          options.wakeups.inbox.ring();
        },
        cursor,
        signal,
      );
    } catch (thrown) {
      if (thrown instanceof ListenerLost) return;
      if (!signal.aborted) leastMs = await report(options, row, toAppError(thrown));
    } finally {
      leave();
    }
    isDoubtful = !hasBegun;
    const life = { ms: options.clock.monotonicMs() - startedAt, hasBegun };
    await options.clock.sleep(backoff.after(life, leastMs, Math.random()), signal);
  }
}

/** Returns the least wait before the next try: what only a person can mend is seldom tried again. */
async function report({ db, log }: ListenerSupervisorOptions, row: Listening, error: AppError): Promise<number> {
  const facts = { connection: row.id, brain: row.brain, portal: row.portal, err: error };
  if (error.retry === 'never') {
    log.error(facts, 'a listener was refused; its account is checked, and a person may have to mend it');
    // If the database is away too, the next refusal asks again.
    await askForCheck(db, row).catch((err: unknown) => log.warn({ ...facts, err }, 'a look could not be asked for'));
    return longestRestartMs;
  }
  log.warn(facts, 'a listener broke off');
  return typeof error.retry === 'object' ? error.retry.afterMs : 0;
}
