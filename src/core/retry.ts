/** When to retry: pure arithmetic, so that it can be tested as a table. */
import type { AppError } from './errors.ts';

export interface RetryPolicy {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** After this many attempts it becomes a dead letter. */
  readonly maxAttempts: number;
}

/**
 * Deliveries: 1 s, 2 s, 4 s … at most 5 minutes apart, 14 attempts: a remote may be away for about half an hour before a message becomes a
 * dead letter. A person decides about older chat messages.
 */
export const deliveryRetry: RetryPolicy = { firstDelayMs: 1_000, maxDelayMs: 300_000, maxAttempts: 14 };

/** After a day a message that waits for its connection or for a busy remote becomes a dead letter: a person decides about it. */
export const maxWaitMs = 24 * 3_600_000;

/** A remote that throttles us is tried again after 1 s, 2 s, 4 s … at most a minute, or later if it asks for more. */
export const throttledRetry: RetryPolicy = { firstDelayMs: 1_000, maxDelayMs: 60_000, maxAttempts: 14 };

/**
 * A send whose first attempt may have died inside the portal: its key stays reserved there for an hour, and until then the portal only
 * reports that it cannot send. 5 s, 10 s … at most 5 minutes apart: 30 delays are more than an hour even with the shortest jitter.
 */
export const reservedRetry: RetryPolicy = { firstDelayMs: 5_000, maxDelayMs: 300_000, maxAttempts: 30 };

/** A send whose key is reserved does not become a dead letter before it is this old. */
export const reservedPatienceMs = 75 * 60_000;

/**
 * Events that our own code failed to process: a few quick attempts (a deploy may be rolling), then a dead letter so that the dialog
 * continues.
 */
export const eventRetry: RetryPolicy = { firstDelayMs: 200, maxDelayMs: 2_000, maxAttempts: 3 };

export type RetryDecision = { readonly again: true; readonly delayMs: number } | { readonly again: false };

/**
 * @param attempts how many attempts have been made, this failed one included (1, 2, …)
 * @param jitter a number in [0, 1): spreads a backoff over its upper half, and adds up to a tenth to a delay the remote asked for, so that
 *   many lanes do not return at once
 */
export function decideRetry(
  error: Pick<AppError, 'retry'>,
  attempts: number,
  policy: RetryPolicy,
  jitter: number,
): RetryDecision {
  if (error.retry === 'never' || attempts >= policy.maxAttempts) return { again: false };
  const delayMs =
    error.retry === 'backoff' ? backoff(attempts, policy, jitter) : requestedDelay(error.retry.afterMs, jitter);
  return { again: true, delayMs: Math.round(delayMs) };
}

/**
 * For a remote that throttled us: such delays do not count as attempts, and the delays grow unless the remote names a longer one. Becomes a
 * dead letter when the action is older than `maxWaitMs`, but not before `maxAttempts` delays.
 *
 * @param throttled how often we were throttled, this time included (1, 2, …)
 * @param ageMs since the action was decided
 */
export function decideThrottled(
  error: Pick<AppError, 'retry'>,
  throttled: number,
  ageMs: number,
  jitter: number,
): RetryDecision {
  const policy = throttledRetry;
  if (error.retry === 'never' || (ageMs > maxWaitMs && throttled >= policy.maxAttempts)) return { again: false };
  const leastMs = error.retry === 'backoff' ? 0 : requestedDelay(error.retry.afterMs, jitter);
  return { again: true, delayMs: Math.round(Math.max(leastMs, backoff(throttled, policy, jitter))) };
}

function backoff(times: number, policy: RetryPolicy, jitter: number): number {
  const doubled = policy.firstDelayMs * 2 ** Math.min(times - 1, 30);
  return Math.min(doubled, policy.maxDelayMs) * (0.5 + jitter / 2);
}

function requestedDelay(afterMs: number, jitter: number): number {
  return afterMs * (1 + jitter / 10);
}
