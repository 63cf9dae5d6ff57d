/** What the answers of Selarti mean for the app: whether to try again, and whether the message may have arrived all the same. */
import { type AppError, RemoteRefused, RemoteUnreachable } from '../../../core/errors.ts';
import { waitWithin } from '../../../lib/retry-after.ts';

/** The token or the API key is refused: the account is checked, and messages wait for it. */
export const refusedCodes = { key: 'selarti.key_refused', token: 'selarti.token_refused' } as const;

/** There is no such page at the address that is configured. */
export const wrongAddressCode = 'selarti.wrong_address';

/** Waits after a refusal: the usual one, and bounds for Retry-After. */
const waitLimits = { usual: 1_000, least: 500, most: 300_000 } as const;

/** A gateway in front of Selarti gave up waiting or lost the connection: the message may have been taken. */
const lostInBetween: ReadonlySet<number> = new Set([502, 504, 520, 522, 524]);

/** Milliseconds to wait after this answer. */
export function waitAfter(headers: Readonly<Record<string, string>>, now: Date): number {
  return waitWithin(headers['retry-after'], now, waitLimits);
}

/** An unsuccessful answer. Its body is not repeated: it may hold anything. */
export interface FailedAnswer {
  readonly status: number;
  /** What was asked, in words, for the log. */
  readonly what: string;
  readonly waitMs: number;
}

export function failureOf({ status, what, waitMs }: FailedAnswer): AppError {
  if (status === 429) {
    return new RemoteRefused({
      code: 'selarti.throttled',
      message: `Selarti asks for fewer calls (${what}: 429)`,
      status,
      retry: { afterMs: waitMs },
      isThrottled: true,
    });
  }
  if (status >= 500) {
    return new RemoteUnreachable({
      code: 'selarti.failed',
      message: `Selarti failed (${what}: ${status})`,
      fate: lostInBetween.has(status) ? 'unknown' : 'none',
    });
  }
  if (status < 400) return unreadable(what);
  const isMissing = status === 404;
  return new RemoteRefused({
    code: isMissing ? wrongAddressCode : 'selarti.refused',
    message: isMissing
      ? `Selarti has no such page (${what}: 404); check the host and the paths of the connection`
      : `Selarti refused (${what}: ${status}); check the task of the connection`,
    status,
    report: true,
  });
}

/** The answer is not JSON, or says neither yes nor no. */
export function unreadable(what: string): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'selarti.unreadable_answer',
    message: `Selarti answered something that is not its protocol (${what})`,
    fate: 'unknown',
  });
}
