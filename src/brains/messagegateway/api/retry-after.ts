/** How long to wait before a busy service is called again. */

/** The wait without a Retry-After header: a little more than the service's window of one second. */
const usualMs = 1_500;
const longestMs = 300_000;

/** Milliseconds from a Retry-After header, given in seconds or as a date. */
export function retryAfterMs(header: string | undefined, now: Date): number {
  const text = header?.trim() ?? '';
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const date = Date.parse(text);
  const ms = Number.isNaN(seconds) ? date - now.getTime() : seconds * 1000;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1_000), longestMs) : usualMs;
}
