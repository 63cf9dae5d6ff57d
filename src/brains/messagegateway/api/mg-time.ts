/** Reads all forms of timestamps that MessageGateway and its CRM use. */

const written = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i;

/** Unix times below this are seconds, others milliseconds. In seconds, this would be the year 5138. */
const firstMilliseconds = 100_000_000_000;

/**
 * The moment, or null when the value is not a time. Reads RFC 3339 with 0 to 9 fraction digits and any offset
 * (digits beyond milliseconds are dropped), the CRM's `Y-m-d H:i:s`, Unix seconds and milliseconds. A text without a zone is taken as UTC.
 */
export function parseMgTime(value: unknown): Date | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || value <= 0) return null;
    return new Date(value < firstMilliseconds ? value * 1000 : value);
  }
  if (typeof value !== 'string') return null;
  const [matched, day, time, fraction, zone] = written.exec(value.trim()) ?? [];
  if (matched === undefined || day === undefined || time === undefined) return null;
  const milliseconds = `${fraction ?? '.'}000`.slice(0, 4);
  const moment = new Date(`${day}T${time}${milliseconds}${withColon(zone ?? 'Z')}`);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function withColon(zone: string): string {
  return /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
}
