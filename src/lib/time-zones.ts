/** Names of time zones, such as `Europe/Moscow`. */

/** Whether the machine knows a time zone of that name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // A RangeError means that there is no such zone.
    return false;
  }
}
