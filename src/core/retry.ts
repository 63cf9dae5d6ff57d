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
 * message is parked. Chat answers older than that are a person's decision, not a machine's.
 */
export const deliveryRetry: RetryPolicy = { firstDelayMs: 1_000, maxDelayMs: 300_000, maxAttempts: 14 };

/** Events that our own code could not work: a few quick tries (a deploy may be rolling), then parked so that the dialog goes on. */
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
  if (error.retry !== 'backoff') return { again: true, delayMs: Math.round(error.retry.afterMs * (1 + jitter / 10)) };
  const doubled = policy.firstDelayMs * 2 ** Math.min(attempts - 1, 30);
  return { again: true, delayMs: Math.round(Math.min(doubled, policy.maxDelayMs) * (0.5 + jitter / 2)) };
}
