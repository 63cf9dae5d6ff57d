/** The time formats of MessageGateway. Times are stored as Unix milliseconds with a fraction. */

/** Now, with microseconds, so that records made in one millisecond still differ. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

const OFFSET_MS: Readonly<Record<string, number>> = { '+03:00': 10_800_000, '+01:00': 3_600_000 };

/** Time of a record: UTC, up to six fraction digits, without trailing zeros, as Go writes it. */
export function microTime(ms: number): string {
  const micros = Math.floor(ms * 1000);
  const fraction = String(micros % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const whole = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
  return fraction === '' ? `${whole}Z` : `${whole}.${fraction}Z`;
}

/** Second precision with the account's offset (`2026-06-30T13:00:05+03:00`) or `Z`. */
export function secondTime(ms: number, offset: string): string {
  const shift = OFFSET_MS[offset] ?? 0;
  return `${new Date(ms + shift).toISOString().slice(0, 19)}${shift === 0 ? 'Z' : offset}`;
}

/** Nine fraction digits, as in the answer of Bot POST /messages. */
export function nanoTime(ms: number): string {
  const micros = Math.floor(ms * 1000);
  const fraction = `${String(micros % 1_000_000).padStart(6, '0')}791`;
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** Null stays null. */
export function microOrNull(ms: number | null): string | null {
  return ms === null ? null : microTime(ms);
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Milliseconds of an RFC 3339 text, or null when it is not one. */
export function parseTime(text: string): number | null {
  if (!RFC_3339.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
