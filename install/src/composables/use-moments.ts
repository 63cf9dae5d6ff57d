/** Moments of the API as the reader writes them. */
import { readPageData } from '../page-data.ts';

export interface Moments {
  /** With minutes. */
  short(moment: string): string;
  /** With seconds. */
  exact(moment: string): string;
}

export function useMoments(): Moments {
  const { language } = readPageData();
  const locale = language === 'kz' ? 'kk' : language;
  const short = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium' });
  return {
    short: (moment) => short.format(new Date(moment)),
    exact: (moment) => exact.format(new Date(moment)),
  };
}
