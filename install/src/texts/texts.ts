/** The words of the pages. One folder for each language, one file in it for each page; English says which texts there are. */
import { type InjectionKey, inject } from 'vue';
import type { Language } from '../language.ts';
import type { Texts } from './shape.ts';

export const textsKey: InjectionKey<Texts> = Symbol('texts');

export interface Words {
  readonly texts: Texts;
  /** The UI kit's own, for example of a list without hits. Bitrix24's codes of some languages differ from ours. */
  readonly kit: typeof import('./en/words.ts')['kit'];
}

/** Each language is a file of its own, so that a reader fetches one of them. */
const loaders: Readonly<Record<Language, () => Promise<Words>>> = {
  en: () => import('./en/words.ts'),
  ru: () => import('./ru/words.ts'),
  de: () => import('./de/words.ts'),
  es: () => import('./es/words.ts'),
  pt: () => import('./pt/words.ts'),
  pl: () => import('./pl/words.ts'),
  uk: () => import('./uk/words.ts'),
  kz: () => import('./kz/words.ts'),
};

export function loadWords(language: Language): Promise<Words> {
  return loaders[language]();
}

export function useTexts(): Texts {
  const texts = inject(textsKey);
  if (texts === undefined) throw new Error('the app provides no texts');
  return texts;
}
