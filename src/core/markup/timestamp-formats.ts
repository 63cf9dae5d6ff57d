/** The formats of `[timestamp]` (server source: the portal shows a tag with any other format as written). */
export const timestampFormats: ReadonlySet<string> = new Set([
  'FORMAT_DATE',
  'FORMAT_DATETIME',
  'SHORT_DATE_FORMAT',
  'MEDIUM_DATE_FORMAT',
  'LONG_DATE_FORMAT',
  'DAY_MONTH_FORMAT',
  'DAY_SHORT_MONTH_FORMAT',
  'SHORT_DAY_OF_WEEK_MONTH_FORMAT',
  'SHORT_DAY_OF_WEEK_SHORT_MONTH_FORMAT',
  'DAY_OF_WEEK_MONTH_FORMAT',
  'FULL_DATE_FORMAT',
  'SHORT_TIME_FORMAT',
  'LONG_TIME_FORMAT',
]);
