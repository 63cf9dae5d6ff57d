/**
 * Counts refused requests, and logs them at most once a minute for each sender and reason: the first at once, the others as a number. A
 * flood of forged requests costs a counter, not a log line each.
 */
import { type AppError, toAppError } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';

export interface Refusal {
  readonly sender: string;
  readonly status: number;
  /** Route or page; never a secret part of an address. */
  readonly path: string;
  readonly thrown: unknown;
}

export interface Refusals {
  note(refusal: Refusal): void;
  /** Writes the pending counts; nothing is counted afterwards. */
  close(): void;
}

export interface RefusalsOptions {
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'refused'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

const windowMs = 60_000;
const sweepMs = 5_000;

/** The number of distinct pairs of sender and reason. Beyond it, refusals are counted by their reason only. */
const maxPairs = 512;

interface Pair {
  readonly sender: string;
  readonly reason: string;
  last: Refusal;
  /** Refusals since the last log line. */
  count: number;
  writtenAt: number;
}

export function createRefusals({ log, metrics, clock }: RefusalsOptions): Refusals {
  const pairs = new Map<string, Pair>();

  function write(pair: Pair): void {
    const { status, path, thrown } = pair.last;
    const { sender, reason, count } = pair;
    const error = toAppError(thrown);
    pair.count = 0;
    pair.writtenAt = clock.monotonicMs();
    const facts = { sender, reason, status, path, count, ...detailsOf(error, status) };
    if (status >= 500) log.error(facts, 'a request could not be served');
    else log.warn(facts, 'a request was refused');
  }

  function sweep(): void {
    const now = clock.monotonicMs();
    for (const [key, pair] of pairs) {
      if (now - pair.writtenAt < windowMs) continue;
      if (pair.count > 0) write(pair);
      else pairs.delete(key);
    }
  }

  const sweeper = setInterval(sweep, sweepMs).unref();

  return {
    note(refusal) {
      const reason = reasonOf(refusal);
      metrics.refused.inc({ reason });
      const own = `${refusal.sender}\n${reason}`;
      const sender = pairs.has(own) || pairs.size < maxPairs ? refusal.sender : 'others';
      const key = `${sender}\n${reason}`;
      const known = pairs.get(key);
      const pair = known ?? { sender, reason, last: refusal, count: 0, writtenAt: 0 };
      pair.last = refusal;
      pair.count += 1;
      if (known !== undefined) return;
      pairs.set(key, pair);
      write(pair);
    },
    close() {
      clearInterval(sweeper);
      for (const pair of pairs.values()) if (pair.count > 0) write(pair);
      pairs.clear();
    },
  };
}

function reasonOf({ status, thrown }: Refusal): string {
  const { code } = toAppError(thrown);
  return status === 503 && code === 'internal' ? 'unavailable' : code;
}

/** A refusal is logged with its message; only unexpected errors are logged with their stack. */
function detailsOf(error: AppError, status: number): Record<string, unknown> {
  return error.code === 'internal' && status >= 500 ? { err: error } : { why: error.message };
}
