/** The languages of the pages. */
export type Language = 'ru' | 'en' | 'de' | 'es' | 'pt' | 'pl' | 'uk' | 'kz';
