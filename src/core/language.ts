/** The languages our bots speak, and how Bitrix24 names them. */

/** Every language has its file in `bot-texts/`. */
export const languages = ['en', 'ru', 'de', 'es', 'pt', 'pl', 'uk', 'kz'] as const;
export type Language = (typeof languages)[number];

/** Bitrix24's own code of a language, where it differs from ours: Latin American Spanish, Brazilian Portuguese, Ukrainian. */
const portalCodes: Readonly<Partial<Record<Language, string>>> = { es: 'la', pt: 'br', uk: 'ua' };

/** The code to register texts of the language with. */
export function portalCodeOf(language: Language): string {
  return portalCodes[language] ?? language;
}

/** Every code a portal may send, and the language of ours that its people read best. */
const nearest: ReadonlyMap<string, Language> = new Map([
  ...languages.map((language) => [language, language] as const),
  ...languages.map((language) => [portalCodeOf(language), language] as const),
  ...['by', 'uz', 'kg', 'az', 'am', 'ge'].map((code) => [code, 'ru'] as const),
  ['kk', 'kz'],
]);

/** The language that the reader of a page chose, otherwise the first of ours that the browser accepts (`Accept-Language`), otherwise English. */
export function languageOfReader(chosen: string | undefined, accepted: string | undefined): Language {
  const wanted = [chosen ?? '', ...(accepted ?? '').split(',').map((tag) => tag.trim().slice(0, 2))];
  const known = wanted.map((code) => nearest.get(code.toLowerCase())).find((language) => language !== undefined);
  return known ?? 'en';
}

/** The language of a portal or a page visitor by Bitrix24's code; English for one we do not speak. */
export function languageOf(code: string | undefined): Language {
  return nearest.get(code?.toLowerCase() ?? '') ?? 'en';
}
