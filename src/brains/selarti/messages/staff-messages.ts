/** Chooses the language of what staff and the AI read from us. */
import { en, type StaffMessages } from './en.ts';
import { ru } from './ru.ts';

export type { StaffMessages } from './en.ts';

export function staffMessages(language: 'ru' | 'en'): StaffMessages {
  return language === 'ru' ? ru : en;
}
