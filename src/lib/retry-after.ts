/** Reads how long a busy server wants to be left alone. */

/** Milliseconds from a Retry-After header, given in seconds or as a date; null without a readable one. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (text === '' || text.length > 100) return null;
  const isNumber = /^\d{1,20}(?:\.\d{1,20})?$/.test(text);
  const ms = isNumber ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.max(ms, 0) : null;
}

/** What a wait is held to. All in milliseconds. */
export interface WaitLimits {
  /** Without a readable header. */
  readonly usual: number;
  readonly least: number;
  /** Nobody waits longer because of one header. */
  readonly most: number;
}

/** The same within limits. */
export function waitWithin(header: string | undefined, now: Date, { usual, least, most }: WaitLimits): number {
  const ms = retryAfterMs(header, now);
  return ms === null ? usual : Math.min(Math.max(ms, least), most);
}
