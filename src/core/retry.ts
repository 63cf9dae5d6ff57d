/** When to try again: pure arithmetic, so that it can be tested as a table. */
import type { AppError } from './errors.ts';

export interface RetryPolicy {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Give up (park) after this many attempts. */
  readonly maxAttempts: number;
}

/**
 * Deliveries: 1 s, 2 s, 4 s … at most 5 minutes apart, 14 attempts: a far side may be away for about half an hour before a
 * message becomes a dead letter. Chat answers older than that are a person's decision, not a machine's.
 */
export const deliveryRetry: RetryPolicy = { firstDelayMs: 1_000, maxDelayMs: 300_000, maxAttempts: 14 };

/** What a customer said longer ago is a person's decision: a message that waits for its account or for a busy remote is then a dead letter. */
export const waitPatienceMs = 24 * 3_600_000;

/** A far side that asks for pauses is asked again after 1 s, 2 s, 4 s … at most a minute, or when it wants it. */
export const throttledRetry: RetryPolicy = { firstDelayMs: 1_000, maxDelayMs: 60_000, maxAttempts: 14 };

/**
 * A send whose first try may have died inside the portal: its key stays reserved there for an hour, and until then the portal only says
 * that it cannot send. 5 s, 10 s … at most 5 minutes apart: 30 pauses are more than an hour even with the shortest jitter.
 */
export const reservedRetry: RetryPolicy = { firstDelayMs: 5_000, maxDelayMs: 300_000, maxAttempts: 30 };

/** A send younger than this is not given up for such an answer. */
export const reservedPatienceMs = 75 * 60_000;

/** Events that our own code could not work: a few quick tries (a deploy may be rolling), then a dead letter so that the dialog goes on. */
export const eventRetry: RetryPolicy = { firstDelayMs: 200, maxDelayMs: 2_000, maxAttempts: 3 };

export type RetryDecision = { readonly again: true; readonly delayMs: number } | { readonly again: false };

/**
 * @param attempts how many attempts have been made, this failed one included (1, 2, …)
 * @param jitter a number in [0, 1): spreads a backoff over its upper half, and adds up to a tenth to a wait the far side asked for,
 *   so that many lanes do not return at once
 */
export function decideRetry(
  error: Pick<AppError, 'retry'>,
  attempts: number,
  policy: RetryPolicy,
  jitter: number,
): RetryDecision {
  if (error.retry === 'never' || attempts >= policy.maxAttempts) return { again: false };
  const delayMs = error.retry === 'backoff' ? backoff(attempts, policy, jitter) : asked(error.retry.afterMs, jitter);
  return { again: true, delayMs: Math.round(delayMs) };
}

/**
 * For a far side that asked to be left alone: its pauses are no attempts, and they grow, for as long as it says nothing better. Gives up
 * when what is to be delivered is older than `waitPatienceMs`, but not before it was tried as often as anything else.
 *
 * @param pauses how many have been asked for, this one included (1, 2, …)
 * @param ageMs since it was decided to deliver it
 */
export function decideThrottled(
  error: Pick<AppError, 'retry'>,
  throttled: number,
  ageMs: number,
  jitter: number,
): RetryDecision {
  const policy = throttledRetry;
  if (error.retry === 'never' || (ageMs > waitPatienceMs && throttled >= policy.maxAttempts)) return { again: false };
  const leastMs = error.retry === 'backoff' ? 0 : asked(error.retry.afterMs, jitter);
  return { again: true, delayMs: Math.round(Math.max(leastMs, backoff(throttled, policy, jitter))) };
}

function backoff(times: number, policy: RetryPolicy, jitter: number): number {
  const doubled = policy.firstDelayMs * 2 ** Math.min(times - 1, 30);
  return Math.min(doubled, policy.maxDelayMs) * (0.5 + jitter / 2);
}

function asked(afterMs: number, jitter: number): number {
  return afterMs * (1 + jitter / 10);
}
