/** Reads how long a busy server wants to be left alone. */

/** Milliseconds from a Retry-After header, given in seconds or as a date; null if there is none or it is unreadable. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (text === '' || text.length > 100) return null;
  const isNumber = /^\d{1,20}(?:\.\d{1,20})?$/.test(text);
  const ms = isNumber ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.max(ms, 0) : null;
}

/** The limits of a wait, all in milliseconds. */
export interface WaitLimits {
  /** The wait without a readable header. */
  readonly usual: number;
  readonly least: number;
  /** No header makes us wait longer than this. */
  readonly most: number;
}

/** Like `retryAfterMs`, within limits. */
export function waitWithin(header: string | undefined, now: Date, { usual, least, most }: WaitLimits): number {
  const ms = retryAfterMs(header, now);
  return ms === null ? usual : Math.min(Math.max(ms, least), most);
}
