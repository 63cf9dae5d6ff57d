/** Texts for people in every language of the app. */
import type { Language } from './events.ts';

/** One text in all languages of the app. */
export type Texts = Readonly<Record<Language, string>>;
