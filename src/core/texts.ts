/** Texts for people in the languages of the app. */
import type { Language } from './language.ts';

/** One text in English and Russian, and in any other language of the app. */
export type Texts = Readonly<Record<'en' | 'ru', string> & Partial<Record<Language, string>>>;

/** English if there is no text in the language. */
export function textIn(texts: Texts, language: Language): string {
  return texts[language] ?? texts.en;
}
