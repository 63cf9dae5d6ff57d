/** What becomes of an action whose attempt failed: when it is tried again and what that costs, or that it is given up. */

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
import { budgetCode } from '../portals/portal-rate-limiter.ts';
import { rateLimitCode } from '../runtime/rate-limiter.ts';
import type { OutboxRow } from '../store/queue/outbox.ts';

/** Errors that only say: not yet. Nothing was tried. */
const waitCodes: ReadonlySet<string> = new Set([budgetCode, rateLimitCode, disabledCode]);

/** Nothing was tried: the row waits for its portal's budget or for its account. */
export function isOurWait({ code }: AppError): boolean {
  return waitCodes.has(code);
}

/** How often the row was tried and put off, this time included. */
export interface Tries {
  readonly attempts: number;
  readonly throttled: number;
  /** Since it was decided to deliver it. */
  readonly ageMs: number;
}

export type NextTry =
  | { readonly again: false }
  | {
      readonly again: true;
      readonly delayMs: number;
      /** It costs no attempt. */
      readonly isFree: boolean;
      /** The remote asked for it. */
      readonly isThrottled: boolean;
    };

/** The portal cannot send now: with a key that an earlier try has reserved, or for a reason it does not name. */
const reservedCodes: ReadonlySet<string> = new Set(['SENDING_FAILED', 'MESSAGE_DUPLICATED_BY_UUID'].map(bitrixCode));

/** @param jitter see `decideRetry` */
export function nextTry(error: AppError, tries: Tries, jitter: number, delivery: RetryPolicy = deliveryRetry): NextTry {
  const { attempts, throttled, ageMs } = tries;
  if (reservedCodes.has(error.code)) {
    // What the portal has put off for other reasons counts along; it must not make this end before the reservation does.
    const counted = ageMs < reservedPatienceMs ? Math.min(throttled, reservedRetry.maxAttempts - 1) : throttled;
    const again = decideRetry({ retry: 'backoff' }, counted, reservedRetry, jitter);
    return again.again ? { ...again, isFree: true, isThrottled: true } : again;
  }
  const { isThrottled } = error;
  const isFree = isThrottled || isOurWait(error) || error.code === 'http.aborted';
  const retry = isThrottled
    ? decideThrottled(error, throttled, ageMs, jitter)
    : // What costs nothing cannot use up the attempts either.
      decideRetry(error, isFree ? 1 : attempts, delivery, jitter);
  return retry.again ? { ...retry, isFree, isThrottled } : retry;
}

/**
 * Before it is carried out: the error of a row whose attempts are used up although none of them was seen to fail, or null. It ends its
 * process, or holds it up until the lease is over; without this it would come back after every lease, for ever.
 */
export function usedUp(row: OutboxRow, attempts: number): AppError | null {
  if (attempts <= deliveryRetry.maxAttempts) return null;
  return new AppError({
    code: 'outbox.attempts_used_up',
    message: `${attempts - 1} attempts at this ${row.target} action were begun, and no end of them was written down`,
    report: true,
    fate: 'unknown',
  });
}
