/**
 * Keeps calls below the limits of remotes, over all processes: each limit is a bucket in the database. A call that finds it used up waits
 * here, spread out over time, or is refused if the wait would be long.
 */
import type { RateLimiter } from '../core/connector-tools.ts';
import { RemoteRefused, RemoteUnreachable } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { BudgetAsk, SharedBudgets } from './shared-budgets.ts';

/** The key of a limit in the database. */
export type Bucket = Pick<BudgetAsk, 'portal' | 'bucket'>;

export interface TurnOptions {
  /** A call waits no longer than this in all; one that would have to wait longer is refused at once. */
  readonly patienceMs: number;
  /** Code of the error for a refused call. */
  readonly code: string;
  readonly signal?: AbortSignal | undefined;
  /** Called whenever the limit is found used up. */
  readonly onWait?: () => void;
}

export interface RateLimiters {
  /**
   * Resolves when it is this call's turn. Throws RemoteRefused with the given code (retry after the wait) when the wait would exceed
   * `patienceMs`, and `http.aborted` when the signal fires first.
   */
  turn(limit: BudgetAsk, options: TurnOptions): Promise<void>;
  /** 0: it is this call's turn. Otherwise the milliseconds after which it is worth asking again; no turn is reserved meanwhile. */
  tryTurn(limit: BudgetAsk): Promise<number>;
  /** Holds back every call of this process for `ms`. */
  close(bucket: Bucket, ms: number): void;
  /** Holds back every call of every process for `ms`. Does not reject. */
  holdOff(limit: BudgetAsk, ms: number): Promise<void>;
}

export interface RateLimitersOptions {
  readonly budgets: SharedBudgets;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The calls of this process that wait for one bucket. */
interface Line {
  /** When the last of them may ask again; the next call to wait comes after it. */
  lastTurn: number;
  closedUntil: number;
}

/** Each time the lines have grown by this many, those in which nobody waits any more are dropped. */
const sweepEvery = 1_000;

function createLines(clock: Pick<Clock, 'monotonicMs'>): (bucket: Bucket) => Line {
  const lines = new Map<string, Line>();

  return ({ portal, bucket }) => {
    const key = `${portal}\n${bucket}`;
    const known = lines.get(key);
    if (known !== undefined) return known;
    const now = clock.monotonicMs();
    if (lines.size % sweepEvery === sweepEvery - 1) {
      for (const [name, line] of lines) if (line.lastTurn < now && line.closedUntil < now) lines.delete(name);
    }
    const line = { lastTurn: Number.NEGATIVE_INFINITY, closedUntil: Number.NEGATIVE_INFINITY };
    lines.set(key, line);
    return line;
  };
}

export function createRateLimiters({ budgets, clock, log }: RateLimitersOptions): RateLimiters {
  const lineOf = createLines(clock);

  async function tryTurn(limit: BudgetAsk): Promise<number> {
    const closedMs = lineOf(limit).closedUntil - clock.monotonicMs();
    return closedMs > 0 ? closedMs : await budgets.ask(limit);
  }

  /** Milliseconds to wait before asking again; 0: go. */
  async function ask(limit: BudgetAsk): Promise<number> {
    const waitMs = await tryTurn(limit);
    if (waitMs === 0) return 0;
    const line = lineOf(limit);
    const now = clock.monotonicMs();
    const gapMs = 1_000 / limit.perSecond;
    line.lastTurn = Math.max(now + waitMs, line.lastTurn + gapMs);
    // Without randomness two processes can fall into step, and the second then always finds the bucket empty.
    return line.lastTurn - now + Math.random() * gapMs;
  }

  const close = (bucket: Bucket, ms: number): void => {
    const line = lineOf(bucket);
    line.closedUntil = Math.max(line.closedUntil, clock.monotonicMs() + ms);
  };

  return {
    async turn(limit, { patienceMs, code, signal, onWait }) {
      for (let patience = patienceMs; ; ) {
        if (signal?.aborted === true) throw aborted();
        const waitMs = await ask(limit);
        if (waitMs === 0) return;
        onWait?.();
        if (waitMs > patience) throw busy(limit.bucket, code, waitMs);
        patience -= waitMs;
        await clock.sleep(waitMs, signal);
      }
    },
    tryTurn,
    close,
    async holdOff(limit, ms) {
      close(limit, ms);
      try {
        await budgets.hold(limit, ms);
      } catch (error) {
        // This process holds off all the same; the remote itself will tell the other processes.
        log.warn({ bucket: limit.bucket, err: error }, 'a hold-off could not be shared with other processes');
      }
    },
  };
}

/**
 * A brain's call waits here for at most this long. Beyond it the lane waits instead, so that a remote that throttles for minutes does not
 * occupy workers.
 */
const brainPatienceMs = 5_000;

/** Code of a deferral: the lane is tried again when the limit allows it, and the attempt is not counted. */
export const rateLimitCode = 'rate_limit.busy';

/** The limiter a connector is given for one limit of its brain. */
export function brainRateLimiter(limiters: RateLimiters, limit: BudgetAsk): RateLimiter {
  return {
    acquire: (signal) => limiters.turn(limit, { patienceMs: brainPatienceMs, code: rateLimitCode, signal }),
    throttle: (ms) => limiters.holdOff(limit, ms),
  };
}

function busy(bucket: string, code: string, waitMs: number): RemoteRefused {
  return new RemoteRefused({
    code,
    status: 429,
    message: `no call may leave now: the limit ${bucket} is used up`,
    retry: { afterMs: Math.ceil(waitMs) },
  });
}

function aborted(): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'http.aborted',
    message: 'a call was broken off while it waited for its turn',
  });
}
