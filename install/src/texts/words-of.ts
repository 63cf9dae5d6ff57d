/** Texts that the server sends in several languages at once, for example the titles of a brain's settings. */
import { type Language, readPageData } from '../page-data.ts';

type Words = Readonly<{ en: string; ru: string } & Partial<Record<Language, string | undefined>>>;

/** In Ukrainian and Kazakh, Russian stands in for what has no text, as in the catalogue. */
const stands: Readonly<Partial<Record<Language, Language>>> = { uk: 'ru', kz: 'ru' };

/** Picks the reader's language. */
export function useWordsOf(): (words: Words) => string {
  const { language } = readPageData();
  return (words) => words[language] ?? words[stands[language] ?? 'en'] ?? words.en;
}
