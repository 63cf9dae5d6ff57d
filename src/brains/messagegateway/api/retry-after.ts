/** How long to wait before a busy service is called again. */
import { waitWithin } from '../../../lib/retry-after.ts';

/** Without a Retry-After header: a little more than the service's window of one second. */
const limits = { usual: 1_500, least: 1_000, most: 300_000 } as const;

/** Milliseconds from a Retry-After header, given in seconds or as a date. */
export function retryAfterMs(header: string | undefined, now: Date): number {
  return waitWithin(header, now, limits);
}
