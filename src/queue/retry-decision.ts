/**
 * Decides what happens after a failed attempt: when it is retried and whether that counts as an attempt, or that it becomes a dead letter.
 */

import { budgetCode, operatingCode } from '../bitrix24/rest/not-sent.ts';
import { bitrixCode } from '../bitrix24/rest/rest-errors.ts';
import { disabledCode } from '../connections/connection-trouble.ts';
import { AppError } from '../core/errors.ts';
import {
  decideRetry,
  decideThrottled,
  deliveryRetry,
  type RetryPolicy,
  reservedPatienceMs,
  reservedRetry,
} from '../core/retry.ts';
import { rateLimitCode } from '../runtime/rate-limiter.ts';
import type { OutboxRow } from '../store/queue/outbox.ts';

/** Errors raised before anything was sent. */
const deferralCodes: ReadonlySet<string> = new Set([budgetCode, operatingCode, rateLimitCode, disabledCode]);

/** Nothing was sent: the row waits for its portal's limits or for its connection. */
export function isDeferral({ code }: AppError): boolean {
  return deferralCodes.has(code);
}

/** Attempts of the row and how often it was throttled, this time included. */
export interface AttemptCounts {
  readonly attempts: number;
  readonly throttled: number;
  /** Age of the action: time since the bridge decided on it. */
  readonly ageMs: number;
}

export type ActionRetry =
  | { readonly again: false }
  | {
      readonly again: true;
      readonly delayMs: number;
      /** It does not count as an attempt. */
      readonly isFree: boolean;
      /** The remote asked for the delay. */
      readonly isThrottled: boolean;
    };

/** The portal cannot send now: an earlier attempt has reserved the key, or the portal gives no reason. */
const reservedCodes: ReadonlySet<string> = new Set(['SENDING_FAILED', 'MESSAGE_DUPLICATED_BY_UUID'].map(bitrixCode));

/** @param jitter see `decideRetry` */
export function decideActionRetry(
  error: AppError,
  counts: AttemptCounts,
  jitter: number,
  delivery: RetryPolicy = deliveryRetry,
): ActionRetry {
  const { attempts, throttled, ageMs } = counts;
  if (reservedCodes.has(error.code)) {
    // Delays for other reasons are counted too; they must not end the attempts before the reservation ends.
    const tries = ageMs < reservedPatienceMs ? Math.min(throttled, reservedRetry.maxAttempts - 1) : throttled;
    const again = decideRetry({ retry: 'backoff' }, tries, reservedRetry, jitter);
    return again.again ? { ...again, isFree: true, isThrottled: true } : again;
  }
  const { isThrottled } = error;
  const isFree = isThrottled || isDeferral(error) || error.code === 'http.aborted';
  const retry = isThrottled
    ? decideThrottled(error, throttled, ageMs, jitter)
    : // A retry that does not count cannot exhaust the attempts either.
      decideRetry(error, isFree ? 1 : attempts, delivery, jitter);
  return retry.again ? { ...retry, isFree, isThrottled } : retry;
}

/**
 * Called before an attempt. Returns an error if the row's attempts are exhausted although none was seen to fail; otherwise null. Such an
 * action kills its process or outlasts the lease; without this limit it would be repeated after every lease, for ever.
 */
export function attemptsExhausted(row: OutboxRow, attempts: number): AppError | null {
  if (attempts <= deliveryRetry.maxAttempts) return null;
  return new AppError({
    code: 'outbox.attempts_used_up',
    message: `${attempts - 1} attempts at this ${row.target} action were started, and no result was recorded`,
    report: true,
    fate: 'unknown',
  });
}
