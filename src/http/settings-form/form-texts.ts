/** The texts of the settings form. Bitrix24 does not tell the reader's language, so the portal's is used. */
import type { Language } from '../../core/language.ts';
import { de } from './texts/de.ts';
import { en } from './texts/en.ts';
import { es } from './texts/es.ts';
import { kz } from './texts/kz.ts';
import { pl } from './texts/pl.ts';
import { pt } from './texts/pt.ts';
import { ru } from './texts/ru.ts';
import type { FormTexts } from './texts/shape.ts';
import { uk } from './texts/uk.ts';

export const formTexts: Readonly<Record<Language, FormTexts>> = { en, ru, de, es, pt, pl, uk, kz };

/** Each language by its own name. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  ru: 'Русский',
  de: 'Deutsch',
  es: 'Español',
  pt: 'Português',
  pl: 'Polski',
  uk: 'Українська',
  kz: 'Қазақша',
};
