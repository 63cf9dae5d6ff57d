/** Reads how long a busy server wants to be left alone. */

/** A server may ask for less than this; nobody waits longer because of one header. */
const longestMs = 3_600_000;

/** Milliseconds from a Retry-After header, given in seconds or as a date; null without a readable one. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (text === '' || text.length > 100) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestMs) : null;
}
