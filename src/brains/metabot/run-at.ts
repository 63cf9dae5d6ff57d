/** The time at which a job runs, as Metabot writes times: `YYYY-MM-DD hh:mm:ss`, without a zone. */

const wallClock = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(?::(\d{2}))?$/;
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The time as Metabot takes it; null for text that is not a time. `2026-11-22 09:00` is a time on Metabot's clock already;
 * `2026-11-22T09:00:00+03:00` names a moment, which is converted into `timeZone`.
 */
export function runAt(text: string, timeZone: string): string | null {
  const [, date = '', minutes = '', seconds = '00'] = wallClock.exec(text) ?? [];
  if (date !== '') {
    const written = `${date} ${minutes}:${seconds}`;
    const read = Date.parse(`${date}T${minutes}:${seconds}Z`);
    // `Date.parse` reads the 30th of February as a day of March.
    return Number.isNaN(read) || inZone(new Date(read), 'UTC') !== written ? null : written;
  }
  if (!moment.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : inZone(new Date(at), timeZone);
}

function inZone(at: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const { year = '', month, day, hour, minute, second } = parts;
  return `${year.padStart(4, '0')}-${month}-${day} ${hour}:${minute}:${second}`;
}
