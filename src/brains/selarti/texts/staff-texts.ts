/** Chooses the language of what staff and the AI read from us. */
import { en, type StaffTexts } from './en.ts';
import { ru } from './ru.ts';

export type { StaffTexts } from './en.ts';

export function staffTexts(language: 'ru' | 'en'): StaffTexts {
  return language === 'ru' ? ru : en;
}
